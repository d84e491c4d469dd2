package dev.mayfly.hostinterfaces;

import dev.mayfly.engine.Operation;
import dev.mayfly.memorypool.ArgumentReader;
import dev.mayfly.memorypool.InvocationBuffers;
import dev.mayfly.memorypool.InvocationSlot;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One invocation as operations see it: on whose behalf, until when, with which buffers and resources. Used for all its operations, one at a time.
 *
 * <p>Threads: the invocation's own. Closing it closes every resource that the function left open.
 */
public final class OperationCall implements AutoCloseable {
    /** A body of at most so many bytes is brought into slabs at once; a longer one stays where it comes from. */
    private static final int SMALL_BODY_BYTES_MAX = 64 << 10;

    /** What operations leave of their invocation's time, so that the function is told what failed and can do something about it: a tenth, at most this. */
    static final long ANSWER_TIME_NS_MAX = 100_000_000;

    /** The header by which W3C Trace Context says where a request belongs. */
    public static final String TRACE_PARENT = "traceparent";

    private static final int EMPTY = 0;
    private static final int BYTES = 1;
    private static final int BUFFER = 2;

    private final InvocationSlot slot;
    private final FunctionContext function;
    private final Deadline invocationDeadline;
    private final Deadline deadline;
    private final Ancestry ancestry;
    private final ResourceTable resources = new ResourceTable();
    /** Of the grant that the current operation uses; given back when it is over. */
    private @Nullable Semaphore permit;

    private @Nullable Binding binding;
    private @Nullable OperationTracer tracer;
    private @Nullable String traceParent;
    private @Nullable String callerToken;
    private final OperationCounts counts = new OperationCounts();
    /** Whether the current operation's time is taken, and since when. */
    private boolean timed;

    private long startNs;
    private long timedNs;
    private long egressBytes;
    /** Made by the first of them. */
    private @Nullable Set<OperationLimits.Kind> limitsPassed;

    /**
     * Made with the first operation.
     *
     * @param deadline the invocation's
     * @param invocationNs how long the invocation may take from its begin to the deadline
     * @param ancestry the invocation's
     */
    public OperationCall(
            InvocationSlot slot, FunctionContext function, Deadline deadline, long invocationNs, Ancestry ancestry) {
        this.slot = slot;
        this.function = function;
        this.invocationDeadline = deadline;
        this.deadline = new Deadline(deadline.atNs() - Math.min(invocationNs / 10, ANSWER_TIME_NS_MAX));
        this.ancestry = ancestry;
    }

    /**
     * Has the operations traced.
     *
     * @param tracer null = nobody traces them
     * @param traceParent what the invocation's request came with
     */
    public void trace(@Nullable OperationTracer tracer, @Nullable String traceParent) {
        this.tracer = tracer;
        this.traceParent = traceParent;
    }

    /** Says what the caller's token carries for the function. */
    public void calledWith(@Nullable String token) {
        this.callerToken = token;
    }

    /** What the token that the function was called with carries for it, if there is one. */
    @Nullable
    String callerToken() {
        return callerToken;
    }

    /** A request's header lines with the trace that they belong to: the host's if it traces, else the function's own or the one it was called with. */
    public List<Map.Entry<String, String>> traced(List<Map.Entry<String, String>> headers) {
        String carried = tracer == null ? traceParent : tracer.traceParent();
        boolean own = headers.stream().anyMatch(OperationCall::isTraceParent);
        if (carried == null || (own && tracer == null)) {
            return headers;
        }
        List<Map.Entry<String, String>> traced = new ArrayList<>(headers);
        traced.removeIf(OperationCall::isTraceParent);
        traced.add(Map.entry(TRACE_PARENT, carried));
        return traced;
    }

    private static boolean isTraceParent(Map.Entry<String, String> header) {
        return header.getKey().equalsIgnoreCase(TRACE_PARENT);
    }

    public FunctionContext function() {
        return function;
    }

    /** No operation may take longer. It is earlier than the invocation's by what a function needs to act on a failure. */
    public Deadline deadline() {
        return deadline;
    }

    /** The invocation's own, for what is not told to the function but ends it. */
    public Deadline invocationDeadline() {
        return invocationDeadline;
    }

    /** What the function has open. */
    public ResourceTable resources() {
        return resources;
    }

    /** Operations of this invocation so far, the current one among them. */
    public OperationCounts counts() {
        return counts;
    }

    /**
     * The time of all operations that may wait: those on bindings, and those of the program's own interfaces. The others take less than asking for the
     * time.
     */
    public long timedNs() {
        return timedNs;
    }

    /** Bytes that operations of this invocation carried out of the function so far. */
    public long egressBytes() {
        return egressBytes;
    }

    /** The operation's number. */
    public int operation() {
        return slot.frame().operation();
    }

    InvocationSlot slot() {
        return slot;
    }

    /**
     * What is behind a binding that the function was granted. Until the operation is over it counts against the grant's concurrency.
     *
     * @param name the function's own name for it
     * @throws HostError {@code PERMISSION_DENIED} without a grant, {@code LIMIT_EXCEEDED} when the function uses the binding as often as it may
     */
    public <T> T provider(BindingKind kind, String name, Class<T> type) {
        Grant grant = function.grant(kind, name);
        Semaphore permits = grant.permits();
        if (!permits.tryAcquire()) {
            throw HostError.of(
                    HostError.Kind.LIMIT_EXCEEDED,
                    "binding-concurrency-max=" + grant.concurrencyMax() + " of binding " + name);
        }
        permit = permits;
        binding = grant.binding();
        takeTime();
        return type.cast(grant.binding().provider());
    }

    /** Keeps the current operation's use of its binding until the returned action runs: for a resource that outlives the operation. */
    public Runnable keepPermit() {
        Semaphore kept = permit;
        permit = null;
        return kept == null ? () -> {} : kept::release;
    }

    /**
     * Keeps the current operation's use of its binding, and what is recorded of it, until the returned action is told how it ended: for what goes on
     * while the function does. That may be on any thread.
     */
    public Consumer<Boolean> keepUse() {
        Runnable giveBack = keepPermit();
        Binding used = binding;
        int operation = operation();
        long sinceNs = startNs;
        binding = null;
        return succeeded -> {
            giveBack.run();
            if (used != null) {
                used.stats(operation).record(System.nanoTime() - sinceNs, succeeded);
            }
        };
    }

    /**
     * Begins an operation.
     *
     * @throws HostError {@code LIMIT_EXCEEDED} when it is one too many, or carries too much
     */
    void begin() {
        binding = null;
        timed = false;
        if (Operation.isContinuation(operation())) {
            return;
        }
        OperationKind kind = OperationKind.of(operation());
        counts.increment(kind);
        if (tracer != null) {
            tracer.begin(operation());
        }
        if (kind == OperationKind.CUSTOM) {
            takeTime();
        }
        int countMax = function.limits().operationCountMax();
        if (counts.total() > countMax) {
            throw passed(OperationLimits.Kind.OPERATION_COUNT_MAX, countMax);
        }
        carryOut(slot.frame().argumentByteCount());
    }

    /**
     * Counts bytes that leave the function.
     *
     * @throws HostError {@code LIMIT_EXCEEDED} when they are too many
     */
    public void carryOut(long bytes) {
        egressBytes += bytes;
        long bytesMax = function.limits().egressBytesMax();
        if (egressBytes > bytesMax) {
            throw passed(OperationLimits.Kind.EGRESS_BYTES_MAX, bytesMax);
        }
    }

    private HostError passed(OperationLimits.Kind limit, long max) {
        Set<OperationLimits.Kind> limitsPassed = this.limitsPassed;
        if (limitsPassed == null) {
            this.limitsPassed = EnumSet.of(limit);
        } else {
            limitsPassed.add(limit);
        }
        return HostError.of(HostError.Kind.LIMIT_EXCEEDED, limit.label() + "=" + max);
    }

    /** The limits that operations failed of because they would have passed them. */
    public Set<OperationLimits.Kind> limitsPassed() {
        return limitsPassed == null ? Set.of() : limitsPassed;
    }

    /**
     * Of a function that this one calls.
     *
     * @throws HostError {@code LIMIT_EXCEEDED} when too many wait for one another
     */
    public Ancestry ofCalled() {
        int max = function.limits().callDepthMax();
        if (ancestry.calls() >= max) {
            throw passed(OperationLimits.Kind.CALL_DEPTH_MAX, max);
        }
        return new Ancestry(ancestry.calls() + 1, ancestry.spawns());
    }

    /**
     * Of a function that gets an event from this one.
     *
     * @throws HostError {@code LIMIT_EXCEEDED} when too many events go back to one request
     */
    public Ancestry ofSpawned() {
        int max = function.limits().spawnDepthMax();
        if (ancestry.spawns() >= max) {
            throw passed(OperationLimits.Kind.SPAWN_DEPTH_MAX, max);
        }
        return new Ancestry(0, ancestry.spawns() + 1);
    }

    /** Ends it, and records it with the binding that it used. */
    void end(boolean succeeded) {
        if (tracer != null && !Operation.isContinuation(operation())) {
            tracer.end(succeeded);
        }
        Semaphore permit = this.permit;
        if (permit != null) {
            this.permit = null;
            permit.release();
        }
        if (!timed) {
            return;
        }
        long ns = System.nanoTime() - startNs;
        timedNs += ns;
        Binding binding = this.binding;
        if (binding != null) {
            binding.stats(operation()).record(ns, succeeded);
        }
    }

    private void takeTime() {
        timed = true;
        startNs = System.nanoTime();
    }

    /** Reads a body: nothing, bytes, or a buffer, which if it is a stream is used up by this. The caller closes it. */
    public @Nullable Body body(ArgumentReader parameters) {
        int kind = parameters.u8();
        return switch (kind) {
            case EMPTY -> null;
            case BYTES -> Body.of(parameters.bytes());
            case BUFFER -> bodyOf(parameters.handle());
            default -> throw new IllegalStateException("a body of no kind: " + kind);
        };
    }

    /** What a buffer holds: if it is a stream it is used up by this. The caller closes it. */
    public Body bodyOf(int buffer) {
        long length = slot.buffers().length(buffer);
        if (length != Body.UNKNOWN) {
            carryOut(length);
            return Body.of(slot.buffers().take(buffer), length);
        }
        return Body.of(new CountedStream(slot.buffers().take(buffer)), length);
    }

    /** Counts what it carries out of the function, as nobody knows how much that will be. */
    private final class CountedStream extends FilterInputStream {
        CountedStream(InputStream stream) {
            super(stream);
        }

        @Override
        public int read() throws IOException {
            int read = super.read();
            count(read < 0 ? 0 : 1);
            return read;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int read = super.read(into, offset, length);
            count(Math.max(0, read));
            return read;
        }

        private void count(int bytes) throws IOException {
            try {
                carryOut(bytes);
            } catch (HostError e) {
                throw new IOException("the body is more than the function may send", e);
            }
        }
    }

    /** Reads a body that is wanted as a whole, at most {@code bytesMax} of it. */
    public byte[] bodyBytes(ArgumentReader parameters, int bytesMax, String limit) {
        try (Body body = body(parameters)) {
            byte[] bytes = body == null ? new byte[0] : body.read(bytesMax + 1);
            if (bytes.length > bytesMax) {
                throw HostError.of(HostError.Kind.LIMIT_EXCEEDED, limit + "=" + bytesMax);
            }
            return bytes;
        } catch (IOException e) {
            throw brokeOff(e);
        }
    }

    /** Makes a buffer of bytes; the answer passes its number on. */
    public int bufferOf(byte[] bytes) {
        int buffer = created(slot.buffers().create());
        require(slot.buffers().append(buffer, bytes, 0, bytes.length));
        return buffer;
    }

    /**
     * Makes a buffer of a body: a short one is read now, a long one when it is needed, and until its stream is closed it counts as use of the binding
     * that it comes from. The body is closed by this.
     */
    public int bufferOf(Body body) {
        if (body.length() >= 0 && body.length() <= SMALL_BODY_BYTES_MAX) {
            try (body) {
                return bufferOf(body.read(SMALL_BODY_BYTES_MAX));
            } catch (IOException e) {
                throw brokeOff(e);
            }
        }
        PermittedStream stream = new PermittedStream(body.stream(), keepPermit());
        int buffer = slot.buffers().createStream(stream, body.length());
        if (buffer == InvocationBuffers.NONE) {
            stream.end();
            body.close();
        }
        return created(buffer);
    }

    /** Holds a connection, as likely as not: its permit goes back when it is closed. */
    private static final class PermittedStream extends FilterInputStream {
        private @Nullable Runnable giveBack;

        PermittedStream(InputStream stream, Runnable giveBack) {
            super(stream);
            this.giveBack = giveBack;
        }

        void end() {
            Runnable giveBack = this.giveBack;
            this.giveBack = null;
            if (giveBack != null) {
                giveBack.run();
            }
        }

        @Override
        public void close() throws IOException {
            try {
                super.close();
            } finally {
                end();
            }
        }
    }

    private static int created(int buffer) {
        if (buffer == InvocationBuffers.NONE) {
            throw HostError.of(HostError.Kind.LIMIT_EXCEEDED, "buffer-count-max");
        }
        return buffer;
    }

    private static void require(int status) {
        switch (status) {
            case Operation.OK -> {}
            case Operation.LIMIT_EXCEEDED -> throw HostError.of(HostError.Kind.LIMIT_EXCEEDED, "buffer-bytes-max");
            default -> throw HostError.of(HostError.Kind.UNAVAILABLE, "the host has no buffer memory left");
        }
    }

    private static HostError brokeOff(IOException e) {
        return e.getCause() instanceof HostError error
                ? error
                : HostError.of(HostError.Kind.UNAVAILABLE, "the bytes broke off where they come from", e);
    }

    @Override
    public void close() {
        resources.close();
    }
}
