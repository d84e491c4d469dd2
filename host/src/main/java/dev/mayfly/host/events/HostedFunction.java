package dev.mayfly.host.events;

import dev.mayfly.engine.Frame;
import dev.mayfly.engine.Operation;
import dev.mayfly.host.Limits;
import dev.mayfly.host.invoke.Cancellation;
import dev.mayfly.host.invoke.Invocation;
import dev.mayfly.host.invoke.Invoker;
import dev.mayfly.host.invoke.Outcome;
import dev.mayfly.host.invoke.Route;
import dev.mayfly.hostinterfaces.Ancestry;
import dev.mayfly.hostinterfaces.Body;
import dev.mayfly.hostinterfaces.Deadline;
import dev.mayfly.hostinterfaces.HostError;
import dev.mayfly.hostinterfaces.OperationCall;
import dev.mayfly.hostinterfaces.http.HttpUpstream;
import dev.mayfly.hostinterfaces.messaging.CallableFunction;
import dev.mayfly.hostinterfaces.messaging.EventQueue;
import dev.mayfly.memorypool.InvocationSlot;
import dev.mayfly.memorypool.RequestHeadWriter;
import dev.mayfly.memorypool.ResponseHead;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A function of this host, as other functions reach it: what is behind a {@code function:NAME} binding. */
public final class HostedFunction implements CallableFunction {
    /** A body between two functions is copied, so it is bounded by what is sensible to copy. */
    static final int BODY_BYTES_MAX = 8 << 20;

    private static final String BODY_LIMIT = "call-body-bytes-max=" + BODY_BYTES_MAX;

    private final String name;
    private final Invoker invoker;
    private final Limits limits;
    private final EventQueue queue;

    /**
     * The function of that name, whichever that is when it is needed.
     *
     * @param queue where its events go
     */
    public HostedFunction(String name, Invoker invoker, Limits limits, EventQueue queue) {
        this.name = name;
        this.invoker = invoker;
        this.limits = limits;
        this.queue = queue;
    }

    @Override
    public String spawn(
            String caller, byte[] payload, Map<String, String> attributes, Duration delay, Deadline deadline) {
        if (!route().handlesEvents()) {
            throw HostError.of(HostError.Kind.INVALID, "function " + name + " handles no events");
        }
        Instant notBefore = Instant.now().plus(delay);
        return queue.put(
                        List.of(new EventQueue.NewEvent(name, "spawn", caller, attributes, payload, notBefore)),
                        deadline)
                .getFirst();
    }

    @Override
    public HttpUpstream.Response call(HttpUpstream.Request request, Ancestry ancestry, Deadline deadline) {
        long leftNs = deadline.left().toNanos();
        try (Invocation invocation =
                invoker.open(route(), invoker.ids().next(), ancestry, Cancellation.NEVER, leftNs)) {
            Outcome refusal = invocation.refusal();
            if (refusal != null) {
                throw refused(refusal);
            }
            request.headers().stream()
                    .filter(header -> header.getKey().equals(OperationCall.TRACE_PARENT))
                    .findFirst()
                    .ifPresent(header -> invocation.traceParent(header.getValue()));
            InvocationSlot slot = invocation.slot();
            writeHead(slot.requestHead(), request, invocation.id());
            writeBody(slot, request.body());
            Outcome outcome = invocation.run(Cancellation.NEVER, deadline.left().toNanos());
            if (outcome != Outcome.RESPONSE) {
                throw failed(outcome, slot.frame());
            }
            return response(slot);
        }
    }

    private Route route() {
        Route route = invoker.routes().find(name);
        if (route == null) {
            throw HostError.of(HostError.Kind.NOT_FOUND, "no function is called " + name);
        }
        return route;
    }

    private void writeHead(RequestHeadWriter head, HttpUpstream.Request request, String id) {
        String target = request.pathAndQuery();
        if (!target.startsWith("/")) {
            throw HostError.of(HostError.Kind.INVALID, "a path starts with /");
        }
        int query = target.indexOf('?');
        head.start(
                request.method(),
                query < 0 ? target : target.substring(0, query),
                query < 0 ? null : target.substring(query + 1),
                id,
                limits.headerCountMax());
        request.headers().forEach(header -> head.header(header.getKey(), header.getValue()));
        if (head.finish() != RequestHeadWriter.OK) {
            throw HostError.of(
                    HostError.Kind.LIMIT_EXCEEDED,
                    "request-head-bytes-max=" + limits.requestHeadBytesMax() + ", header-count-max="
                            + limits.headerCountMax());
        }
    }

    private static void writeBody(InvocationSlot slot, @Nullable Body body) {
        if (body == null) {
            return;
        }
        byte[] bytes = read(body.stream());
        int status = slot.appendRequestBody(bytes, 0, bytes.length);
        if (status != Operation.OK) {
            throw status == Operation.LIMIT_EXCEEDED
                    ? HostError.of(HostError.Kind.LIMIT_EXCEEDED, "request-body-bytes-max")
                    : HostError.of(HostError.Kind.UNAVAILABLE, "the host has no buffer memory left");
        }
    }

    private static HttpUpstream.Response response(InvocationSlot slot) {
        List<Map.Entry<String, String>> headers = new ArrayList<>();
        ResponseHead head = slot.responseHead();
        for (head.start(); head.next(); ) {
            headers.add(Map.entry(head.name(), head.value()));
        }
        int body = slot.frame().responseBody();
        byte[] bytes = body < 0 ? new byte[0] : read(slot.buffers().take(body));
        return new HttpUpstream.Response(slot.frame().responseStatus(), headers, Body.of(bytes));
    }

    private static byte[] read(InputStream stream) {
        try (stream) {
            byte[] bytes = stream.readNBytes(BODY_BYTES_MAX + 1);
            if (bytes.length > BODY_BYTES_MAX) {
                throw HostError.of(HostError.Kind.LIMIT_EXCEEDED, BODY_LIMIT);
            }
            return bytes;
        } catch (IOException e) {
            throw HostError.of(HostError.Kind.UNAVAILABLE, "the body broke off where it comes from", e);
        }
    }

    private HostError refused(Outcome refusal) {
        return switch (refusal) {
            case FUNCTION_GONE -> HostError.of(HostError.Kind.NOT_FOUND, "no function is called " + name);
            case CONCURRENCY_LIMIT, QUEUE_TIMEOUT, TENANT_LIMIT, OVERLOADED, SHUTTING_DOWN, UNAVAILABLE ->
                HostError.of(
                        HostError.Kind.UNAVAILABLE, "function " + name + " can't be called now: " + refusal.label());
            default -> HostError.of(HostError.Kind.UNAVAILABLE, "function " + name + " can't be loaded");
        };
    }

    private HostError failed(Outcome outcome, Frame frame) {
        return switch (outcome) {
            case FUNCTION_ERROR -> functionError(frame.outcome(), frame.message());
            case DEADLINE_EXCEEDED, CPU_TIME_EXCEEDED ->
                HostError.of(HostError.Kind.TIMEOUT, "function " + name + " ran out of time");
            default -> HostError.of(HostError.Kind.UNAVAILABLE, "function " + name + " failed: " + outcome.label());
        };
    }

    /** By the cases of {@code mayfly:function/web-types.error}. */
    private HostError functionError(int outcome, String message) {
        return switch (outcome) {
            case 1 -> HostError.of(HostError.Kind.INVALID, message);
            case 2 -> HostError.of(HostError.Kind.PERMISSION_DENIED, message);
            case 3 -> HostError.of(HostError.Kind.NOT_FOUND, message);
            case 4 -> HostError.of(HostError.Kind.LIMIT_EXCEEDED, message);
            default -> HostError.of(HostError.Kind.UNAVAILABLE, "function " + name + " failed");
        };
    }
}
