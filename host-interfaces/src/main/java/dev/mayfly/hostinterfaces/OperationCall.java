package dev.mayfly.hostinterfaces;

import dev.mayfly.memorypool.ArgumentReader;
import dev.mayfly.memorypool.InvocationBuffers;
import dev.mayfly.memorypool.InvocationSlot;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * One invocation as operations see it: on whose behalf, until when, with which buffers and resources. Used for all its operations, one at a time.
 *
 * <p>Threads: the invocation's own. Closing it closes every resource that the function left open.
 */
public final class OperationCall implements AutoCloseable {
    /** A body of at most so many bytes is brought into slabs at once; a longer one stays where it comes from. */
    private static final int SMALL_BODY_BYTES_MAX = 64 << 10;

    private static final int EMPTY = 0;
    private static final int BYTES = 1;
    private static final int BUFFER = 2;

    private final InvocationSlot slot;
    private final FunctionContext function;
    private final Deadline deadline;
    private final int depth;
    private final ResourceTable resources = new ResourceTable();
    /** Of the grant that the current operation uses; given back when it is over. */
    private @Nullable Semaphore permit;

    private @Nullable Binding binding;
    /** Since when the current operation uses {@link #binding}. */
    private long startNs;

    private int operationCount;

    /**
     * Made with the first operation.
     *
     * @param deadline the invocation's
     * @param depth how many functions called one another to get here: 0 for one that was called from outside
     */
    public OperationCall(InvocationSlot slot, FunctionContext function, Deadline deadline, int depth) {
        this.slot = slot;
        this.function = function;
        this.deadline = deadline;
        this.depth = depth;
    }

    public FunctionContext function() {
        return function;
    }

    /** No operation may take longer. */
    public Deadline deadline() {
        return deadline;
    }

    /** How many functions called one another to get here. */
    public int depth() {
        return depth;
    }

    /** What the function has open. */
    public ResourceTable resources() {
        return resources;
    }

    /** Operations of this invocation so far. */
    public int operationCount() {
        return operationCount;
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
        startNs = System.nanoTime();
        return type.cast(grant.binding().provider());
    }

    /** Keeps the current operation's use of its binding until the returned action runs: for a resource that outlives the operation. */
    public Runnable keepPermit() {
        Semaphore kept = permit;
        permit = null;
        return kept == null ? () -> {} : kept::release;
    }

    /** Begins an operation. */
    void begin() {
        operationCount++;
        binding = null;
    }

    /** Ends it, and records it with the binding that it used. */
    void end(boolean succeeded) {
        Semaphore permit = this.permit;
        if (permit != null) {
            this.permit = null;
            permit.release();
        }
        Binding binding = this.binding;
        if (binding != null) {
            binding.stats(operation()).record(System.nanoTime() - startNs, succeeded);
        }
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
        return Body.of(slot.buffers().take(buffer), length);
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
            case dev.mayfly.engine.Operation.OK -> {}
            case dev.mayfly.engine.Operation.LIMIT_EXCEEDED ->
                throw HostError.of(HostError.Kind.LIMIT_EXCEEDED, "buffer-bytes-max");
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
