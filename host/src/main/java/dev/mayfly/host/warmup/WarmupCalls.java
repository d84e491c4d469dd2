package dev.mayfly.host.warmup;

import dev.mayfly.engine.Frame;
import dev.mayfly.engine.MayflyException;
import dev.mayfly.engine.Operation;
import dev.mayfly.host.invoke.Cancellation;
import dev.mayfly.host.invoke.Invocation;
import dev.mayfly.host.invoke.Invoker;
import dev.mayfly.host.invoke.Outcome;
import dev.mayfly.host.invoke.Receipt;
import dev.mayfly.host.invoke.Route;
import dev.mayfly.host.invoke.RoutedFunction;
import dev.mayfly.host.invoke.StartKind;
import dev.mayfly.hostinterfaces.Ancestry;
import dev.mayfly.hostinterfaces.BindingKind;
import dev.mayfly.hostinterfaces.Grant;
import dev.mayfly.hostinterfaces.OperationKind;
import dev.mayfly.linkercache.TableHandle;
import dev.mayfly.memorypool.InvocationSlot;
import dev.mayfly.memorypool.RequestHeadWriter;
import dev.mayfly.snapshots.SnapshotBuilder;
import dev.mayfly.snapshots.Uniqueness;
import dev.mayfly.snapshots.Warmup;
import dev.mayfly.snapshots.WarmupRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The warm-up requests of one version, sent as any call is: admitted, bounded and logged. Nothing is bound meanwhile, so that the function reaches no
 * store, no upstream and no secret; who asks for one is refused a snapshot, as it would remember the refusal.
 */
final class WarmupCalls implements SnapshotBuilder.Calls {
    /** The second of two restored calls finds what the first one used up. */
    private static final int CHECK_ROUNDS = 2;

    private static final int BODY_BYTES_MAX = 1 << 20;

    /** How long a function's hook before the snapshot may take. Its own limits hold too. */
    static final Duration BEFORE_SNAPSHOT_TIME_MAX = Duration.ofSeconds(10);

    /** A component that exports it has something to do before it is captured. */
    private static final String SNAPSHOT_HOOK = "mayfly:snapshot/snapshot-hook@";

    private final Invoker invoker;
    private final Route route;
    private final Warmup warmup;
    private final Cancellation cancellation;
    private final SecretScan secrets;

    /**
     * The requests' ids, the same whenever they are repeated: a function that keeps one keeps the same. Complete after the first warm-up, and so only read
     * while others run side by side.
     */
    private final List<String> ids = new ArrayList<>();

    WarmupCalls(Invoker invoker, Route route, Warmup warmup, Cancellation cancellation, SecretScan secrets) {
        this.invoker = invoker;
        this.route = route;
        this.warmup = warmup;
        this.cancellation = cancellation;
        this.secrets = secrets;
    }

    @Override
    public String function() {
        return route.name();
    }

    @Override
    public void warmUp(TableHandle instance) throws InterruptedException {
        Route target = target(instance, Map.of());
        sendAll(target, "warm-up request ");
        if (route.version().exports().stream().anyMatch(export -> export.startsWith(SNAPSHOT_HOOK))) {
            beforeSnapshot(target);
        }
    }

    @Override
    public void inspect(Path state, List<Uniqueness.Asked> asked) throws IOException {
        if (warmup.uniqueness() == Uniqueness.Policy.REFUSE) {
            List<String> draws = asked.stream()
                    .filter(line -> line.source().equals(Uniqueness.SECURE_SOURCE))
                    .map(Uniqueness.Asked::toString)
                    .toList();
            if (!draws.isEmpty()) {
                throw new MayflyException.Invalid(
                        String.join("\n", draws)
                                + "\nevery restored call would share what was drawn: draw it in the call, or in after-restore; or have the warm-up allow it: uniqueness = \"warn\"");
            }
        }
        String found = secrets.find(state);
        if (found != null) {
            throw new MayflyException.Invalid(
                    "the value of the secret " + found
                            + " is in the function's memory after its warm-up: have the host deliver it, and don't build it in");
        }
    }

    @Override
    public void check(TableHandle image) throws InterruptedException {
        // Nothing of these calls is kept, so that a hook may read the secrets that it reads in every restored call.
        Map<String, Grant> secrets = new HashMap<>(route.context().grants());
        secrets.values()
                .removeIf(grant -> !grant.isConfigured() || grant.binding().kind() != BindingKind.SECRET);
        Route target = target(image, secrets);
        target.image(image);
        for (int round = 0; round < CHECK_ROUNDS; round++) {
            sendAll(target, "restored from the snapshot, warm-up request ");
        }
    }

    /** A function of its own: none of this counts as the function's calls. */
    private Route target(TableHandle table, Map<String, Grant> grants) {
        return Objects.requireNonNull(
                RoutedFunction.of(route.name(), route.version().createdAt(), route.limits(), route.share())
                        .with(route.version(), table, grants, route.limits())
                        .versions()
                        .get(route.version().number()));
    }

    private void beforeSnapshot(Route target) throws InterruptedException {
        String problem = call(target, invoker.ids().next(), invocation -> {
            // A frame has a head, if only for its id.
            write(invocation, WarmupRequest.DEFAULT);
            invocation.slot().beforeSnapshot();
            Outcome outcome = run(invocation, BEFORE_SNAPSHOT_TIME_MAX.toNanos());
            if (outcome == Outcome.DEADLINE_EXCEEDED) {
                return "was stopped at its deadline (limits deadline, before-snapshot-s-max="
                        + BEFORE_SNAPSHOT_TIME_MAX.toSeconds() + ")";
            }
            return outcome == Outcome.RESPONSE ? null : failure(outcome, invocation);
        });
        if (problem != null) {
            throw new MayflyException.Invalid("before-snapshot " + problem);
        }
    }

    private void sendAll(Route target, String which) throws InterruptedException {
        int number = 0;
        for (WarmupRequest request : warmup.requests()) {
            if (number == ids.size()) {
                ids.add(invoker.ids().next());
            }
            String id = ids.get(number++);
            String name = which + number + " (" + request.method() + " " + request.path() + ") ";
            String problem = call(target, id, invocation -> send(invocation, request));
            if (problem != null) {
                throw new MayflyException.Invalid(name + problem);
            }
        }
    }

    /** What to do in an invocation. Returns what went wrong; null = nothing. */
    private interface Step {
        @Nullable
        String in(Invocation invocation) throws InterruptedException;
    }

    /** What went wrong; null = nothing. */
    private @Nullable String call(Route target, String id, Step step) throws InterruptedException {
        String problem;
        Invocation invocation = invoker.open(target, id, Ancestry.NONE, cancellation, 0);
        try (invocation) {
            if (invocation.refusal() != null) {
                throw new MayflyException.Unavailable(
                        "the host has no place for a warm-up request: "
                                + invocation.refusal().label(),
                        Duration.ofSeconds(1));
            }
            if (target.isWarmed() && invocation.start() != StartKind.WARMED) {
                throw new MayflyException.Unavailable(
                        "the snapshot's table went before it was tried out", Duration.ofSeconds(1));
            }
            problem = step.in(invocation);
        }
        String asked = asked(invocation.receipt());
        return asked == null ? problem : asked;
    }

    private @Nullable String send(Invocation invocation, WarmupRequest request) throws InterruptedException {
        String problem = write(invocation, request);
        if (problem != null) {
            return problem;
        }
        Outcome outcome = run(invocation, invoker.deadlineNs());
        return outcome == Outcome.RESPONSE ? answer(invocation, request) : failure(outcome, invocation);
    }

    private Outcome run(Invocation invocation, long durationMaxNs) {
        return invocation.run(cancellation, durationMaxNs);
    }

    private static @Nullable String write(Invocation invocation, WarmupRequest request) {
        InvocationSlot slot = invocation.slot();
        RequestHeadWriter head = slot.requestHead();
        head.start(
                request.method(),
                request.pathOnly(),
                request.query(),
                invocation.id(),
                invocation.route().limits().headerCountMax());
        request.headers().forEach(header -> head.header(header.getKey(), header.getValue()));
        head.header(WarmupRequest.HEADER, "1");
        byte[] body = request.body().getBytes(StandardCharsets.UTF_8);
        boolean fits = head.finish() == RequestHeadWriter.OK
                && (body.length == 0 || slot.appendRequestBody(body, 0, body.length) == Operation.OK);
        return fits ? null : "is larger than a request of this function may be";
    }

    private static @Nullable String answer(Invocation invocation, WarmupRequest request) {
        InvocationSlot slot = invocation.slot();
        Frame frame = slot.frame();
        int body = frame.responseBody();
        byte[] bytes = {};
        if (body >= 0 && !slot.buffers().isStream(body)) {
            long length = slot.buffers().length(body);
            if (length <= BODY_BYTES_MAX) {
                bytes = new byte[(int) length];
                slot.copyBuffer(body, bytes, 0);
            }
        }
        return request.expect().problem(frame.responseStatus(), new String(bytes, StandardCharsets.UTF_8));
    }

    private static String failure(Outcome outcome, Invocation invocation) throws InterruptedException {
        Frame frame = invocation.slot().frame();
        return switch (outcome) {
            case TRAP -> "trapped, " + frame.trapKind().label() + ": " + frame.message();
            case FUNCTION_ERROR -> "reported an error: " + frame.message();
            case DEADLINE_EXCEEDED -> "was stopped at its deadline (limit deadline)";
            case CPU_TIME_EXCEEDED -> "was stopped at its limit of CPU time (limit cpu-time)";
            case UNAVAILABLE ->
                throw new MayflyException.Unavailable(
                        "the host has no room for a warm-up request: " + frame.message(), Duration.ofSeconds(1));
            case CLIENT_GONE, SHUTTING_DOWN -> throw new InterruptedException("the warm-up was cancelled");
            default -> "was not answered: " + outcome.label();
        };
    }

    /** What the function asked of the host that it gets in no warm-up; null = nothing. */
    private static @Nullable String asked(@Nullable Receipt receipt) {
        if (receipt == null) {
            return null;
        }
        Set<OperationKind> given = receipt.start() == StartKind.WARMED
                ? EnumSet.of(OperationKind.CONFIG, OperationKind.SECRETS)
                : EnumSet.of(OperationKind.CONFIG);
        for (OperationKind kind : OperationKind.values()) {
            if (receipt.operations().of(kind) > 0 && !given.contains(kind)) {
                return "asked for " + thing(kind)
                        + ", which no warm-up gets: do so in the requests that need it, or when the header "
                        + WarmupRequest.HEADER + " is missing";
            }
        }
        return null;
    }

    private static String thing(OperationKind kind) {
        return switch (kind) {
            case CONFIG -> "the configuration";
            case SECRETS -> "a secret";
            case KV -> "a key-value store";
            case SQL -> "a database";
            case BLOB -> "a blob store";
            case HTTP -> "a connection to an upstream";
            case PUBSUB -> "a topic";
            case FUNCTIONS -> "another function";
            case CUSTOM -> "an interface of the host's program";
        };
    }
}
