package dev.mayfly.host;

import dev.mayfly.engine.Frame;
import dev.mayfly.engine.MayflyException;
import dev.mayfly.engine.Operation;
import dev.mayfly.host.catalog.Alias;
import dev.mayfly.host.catalog.FunctionSettings;
import dev.mayfly.host.invoke.Cancellation;
import dev.mayfly.host.invoke.Invocation;
import dev.mayfly.host.invoke.Invoker;
import dev.mayfly.host.invoke.Outcome;
import dev.mayfly.host.invoke.Route;
import dev.mayfly.host.invoke.RoutedFunction;
import dev.mayfly.host.warmup.WarmupReport;
import dev.mayfly.hostinterfaces.Ancestry;
import dev.mayfly.hostinterfaces.Body;
import dev.mayfly.hostinterfaces.custom.CustomInterface;
import dev.mayfly.memorypool.InvocationSlot;
import dev.mayfly.memorypool.RequestHeadWriter;
import dev.mayfly.memorypool.ResponseHead;
import dev.mayfly.snapshots.SnapshotRecord;
import dev.mayfly.snapshots.Warmup;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Functions inside a program: a host without an HTTP server, which may offer interfaces of the program's own.
 *
 * <pre>{@code
 * try (Mayfly mayfly = Mayfly.builder()
 *         .dataFolder(folder)
 *         .offer(CustomInterface.of(Path.of("catalog.wit"), catalog))
 *         .build()) {
 *     mayfly.deploy("quote", Path.of("quote.wasm"));
 *     Response response = mayfly.invoke("quote", Request.get("/quote/tea/2"));
 * }
 * }</pre>
 *
 * <p>The JVM needs {@code --enable-native-access=ALL-UNNAMED} (on the module path: {@code dev.mayfly.engine}) and no other option.
 *
 * <p>Threads: any, at any time. A call runs on the thread that makes it, best a virtual one. Ownership: whoever builds it closes it.
 */
public final class Mayfly implements AutoCloseable {
    private final Host host;
    private final Limits limits;

    private Mayfly(Host host, Limits limits) {
        this.host = host;
        this.limits = limits;
    }

    public static Builder builder() {
        return new Builder();
    }

    /**
     * What is said of a function when it is deployed.
     *
     * @param config what {@code mayfly:config} answers
     * @param bindings what the function may use: the host's binding by the name that the function has for it
     * @param topics whose messages it is called with
     * @param limits on its calls, where they are not the {@linkplain Builder#functionDefaults usual ones}
     * @param warmup how it is warmed up, for calls to start from there; null = not at all
     */
    public record Settings(
            Map<String, String> config,
            Map<String, String> bindings,
            SortedSet<String> topics,
            FunctionLimits limits,
            @Nullable Warmup warmup) {
        /** Nothing is said. */
        public static final Settings NONE =
                new Settings(Map.of(), Map.of(), new TreeSet<>(), FunctionLimits.NONE, null);

        public Settings withConfig(Map<String, String> value) {
            return new Settings(value, bindings, topics, limits, warmup);
        }

        public Settings withBindings(Map<String, String> value) {
            return new Settings(config, value, topics, limits, warmup);
        }

        public Settings withTopics(SortedSet<String> value) {
            return new Settings(config, bindings, value, limits, warmup);
        }

        /** Such as {@code FunctionLimits.parse(Map.of("memory-bytes", "16MiB"))}. */
        public Settings withLimits(FunctionLimits value) {
            return new Settings(config, bindings, topics, value, warmup);
        }

        /** Such as {@code Warmup.DEFAULT}, one {@code GET /}. */
        public Settings withWarmup(@Nullable Warmup value) {
            return new Settings(config, bindings, topics, limits, value);
        }
    }

    /** Says how the functions run. */
    public static final class Builder {
        private HostConfig config = HostConfig.defaults();
        private @Nullable FunctionLimits functionDefaults;
        private final List<CustomInterface> offered = new ArrayList<>();

        private Builder() {}

        /** Where functions and their artifacts are kept: nobody else's, and there at the next start. */
        public Builder dataFolder(Path folder) {
            config = config.withDataFolder(folder);
            return this;
        }

        /** What all functions have at most, and the host as a whole. */
        public Builder limits(Limits limits) {
            config = config.withLimits(limits);
            return this;
        }

        /** What a function has whose deployment doesn't say; what isn't in there is what the {@linkplain #limits limits} give at most. */
        public Builder functionDefaults(FunctionLimits defaults) {
            functionDefaults = defaults;
            return this;
        }

        /** The file that declares bindings; otherwise {@code mayfly.yaml} in the data folder, if there is one. */
        public Builder bindings(Path file) {
            config = config.withConfigFile(file);
            return this;
        }

        /** How long closing waits for calls before it ends them. */
        public Builder drain(Duration drain) {
            config = config.withDrain(drain);
            return this;
        }

        /** Offers an interface to all functions. */
        public Builder offer(CustomInterface custom) {
            offered.add(custom);
            return this;
        }

        /**
         * Starts it, with the functions that its folder has.
         *
         * @throws MayflyException.Conflict when somebody else uses the data folder
         * @throws MayflyException.NotInstalled when the native engine is missing
         * @throws MayflyException.Invalid when the settings can't be had on this machine
         */
        public Mayfly build() {
            Limits limits =
                    functionDefaults == null ? config.limits() : config.limits().withFunctionDefaults(functionDefaults);
            return new Mayfly(Host.embed(config.withLimits(limits), offered), limits);
        }
    }

    /**
     * Deploys a component under a name, in the place of what was there.
     *
     * @throws MayflyException.MissingImports when it imports what isn't offered, with a line for each
     * @throws MayflyException.Invalid when it is no component that can be run here
     * @throws MayflyException.LimitExceeded when it is too large, takes too much to compile, or asks for more than the host gives
     */
    public void deploy(String name, InputStream component, Settings settings) {
        try {
            host.deployer()
                    .deploy(
                            name,
                            component,
                            FunctionSettings.NONE
                                    .withConfig(settings.config())
                                    .withBindings(settings.bindings())
                                    .withTopics(settings.topics())
                                    .withLimits(settings.limits())
                                    .withWarmup(settings.warmup()),
                            Alias.LIVE);
        } catch (IOException e) {
            throw new UncheckedIOException("the component can't be read", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MayflyException.Unavailable("interrupted while " + name + " was deployed", Duration.ZERO);
        }
    }

    /** The same from a file, and nothing is said of it. */
    public void deploy(String name, Path component) {
        try (InputStream in = Files.newInputStream(component)) {
            deploy(name, in, Settings.NONE);
        } catch (IOException e) {
            throw new UncheckedIOException(component + " can't be read", e);
        }
    }

    /** The same of bytes. */
    public void deploy(String name, byte[] component) {
        deploy(name, new ByteArrayInputStream(component), Settings.NONE);
    }

    /**
     * Removes a function. Calls that have begun end in peace.
     *
     * @return whether there was one of that name
     */
    public boolean remove(String name) {
        return host.releases().remove(name);
    }

    /**
     * What a function's warm-up came to; null while it is under way, and when there is none. Calls start from the snapshot once it is there.
     *
     * @throws MayflyException.NotFound when there is no such function
     */
    public @Nullable SnapshotRecord snapshot(String name) {
        return host.warmups().reports(function(name)).stream()
                .findFirst()
                .map(WarmupReport::record)
                .orElse(null);
    }

    /**
     * Has a function's snapshot built, or built again, in the background. Calls start as they did until it is there.
     *
     * @throws MayflyException.NotFound when there is no such function
     * @throws MayflyException.Conflict when it was deployed without a warm-up
     */
    public void warmUp(String name) {
        host.warmups().build(function(name));
    }

    private RoutedFunction function(String name) {
        RoutedFunction function = host.invoker().routes().function(name);
        if (function == null) {
            throw new MayflyException.NotFound("no function is called " + name);
        }
        return function;
    }

    /** The names of all functions, sorted. */
    public List<String> functions() {
        return host.invoker().routes().all().stream().map(RoutedFunction::name).toList();
    }

    /**
     * Calls a function, which gets as long as {@link Limits#deadline} says. Interrupting this thread ends it.
     *
     * @throws MayflyException.NotFound when there is no such function
     * @throws InvocationException when it gives no response
     */
    public Response invoke(String name, Request request) {
        return invoke(name, request, limits.deadline());
    }

    /** The same with a time of its own, at most {@link Limits#deadline}. */
    public Response invoke(String name, Request request, Duration timeMax) {
        Invoker invoker = host.invoker();
        Route route = invoker.routes().find(name);
        if (route == null) {
            throw new MayflyException.NotFound("no function is called " + name);
        }
        long timeNs = Math.min(timeMax.toNanos(), invoker.deadlineNs());
        Cancellation cancellation = () -> Thread.currentThread().isInterrupted();
        try (Invocation invocation = invoker.open(route, invoker.ids().next(), Ancestry.NONE, cancellation, timeNs)) {
            Outcome refusal = invocation.refusal();
            if (refusal != null) {
                throw new InvocationException(name, refusal.label(), "");
            }
            InvocationSlot slot = invocation.slot();
            writeHead(invocation, request);
            writeBody(invocation, request.body());
            Outcome outcome = invocation.run(cancellation, timeNs);
            if (outcome != Outcome.RESPONSE) {
                // What the host failed at is in its log.
                String message =
                        outcome == Outcome.HOST_FAILED ? "" : slot.frame().message();
                throw new InvocationException(name, outcome.label(), message);
            }
            return response(invocation);
        }
    }

    private void writeHead(Invocation invocation, Request request) {
        RequestHeadWriter head = invocation.slot().requestHead();
        int headerCountMax = invocation.route().limits().headerCountMax();
        head.start(request.method(), request.path(), request.query(), invocation.id(), headerCountMax);
        request.headers().forEach(header -> head.header(header.getKey(), header.getValue()));
        if (head.finish() != RequestHeadWriter.OK) {
            throw refused(
                    invocation,
                    Outcome.HEAD_TOO_LARGE,
                    "request-head-bytes-max=" + limits.requestHeadBytesMax() + ", header-count-max=" + headerCountMax);
        }
    }

    /** Bytes that are there are copied now; the rest comes while the function runs. */
    private void writeBody(Invocation invocation, @Nullable Body body) {
        if (body == null) {
            return;
        }
        long lengthMax = invocation.route().limits().invocation().requestBodyBytesMax();
        if (body.length() > lengthMax) {
            body.close();
            throw refused(invocation, Outcome.BODY_TOO_LARGE, "request-body-bytes-max=" + lengthMax);
        }
        if (!(body.stream() instanceof ByteArrayInputStream)) {
            invocation.slot().buffers().streamRequestBody(body.stream(), body.length());
            return;
        }
        try (body) {
            byte[] bytes = body.stream().readAllBytes();
            if (invocation.slot().appendRequestBody(bytes, 0, bytes.length) != Operation.OK) {
                throw refused(invocation, Outcome.UNAVAILABLE, "no memory is left for the request's body");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Response response(Invocation invocation) {
        InvocationSlot slot = invocation.slot();
        Frame frame = slot.frame();
        List<Map.Entry<String, String>> headers = new ArrayList<>();
        ResponseHead head = slot.responseHead();
        for (head.start(); head.next(); ) {
            headers.add(Map.entry(head.name(), head.value()));
        }
        int body = frame.responseBody();
        return new Response(frame.responseStatus(), headers, body < 0 ? new byte[0] : bytes(invocation, body));
    }

    private byte[] bytes(Invocation invocation, int body) {
        int bytesMax = (int) Math.min(invocation.route().limits().responseBodyBytesMax(), Integer.MAX_VALUE - 8);
        try (InputStream in = invocation.slot().buffers().take(body)) {
            byte[] bytes = in.readNBytes(bytesMax);
            if (bytes.length == bytesMax && in.read() >= 0) {
                throw refused(invocation, Outcome.RESPONSE_TOO_LARGE, "response-body-bytes-max=" + bytesMax);
            }
            return bytes;
        } catch (IOException e) {
            throw new UncheckedIOException("the response broke off where it comes from", e);
        }
    }

    private static InvocationException refused(Invocation invocation, Outcome outcome, String message) {
        invocation.end(outcome);
        return new InvocationException(invocation.route().name(), outcome.label(), message);
    }

    /** Ends calls that still run after a while, and gives everything back. A second call does nothing. */
    @Override
    public void close() {
        host.close();
    }
}
