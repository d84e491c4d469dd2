package dev.mayfly.hostinterfaces.custom;

import dev.mayfly.hostinterfaces.Body;
import dev.mayfly.hostinterfaces.HostError;
import dev.mayfly.hostinterfaces.OperationCall;
import java.io.IOException;

/**
 * A buffer of {@code mayfly:data/buffers} on its way from a function or to it: bytes in host memory that the function need not have in its own.
 *
 * <p>Threads: the invocation's own. It is good until the method that got it returns.
 */
public final class BufferHandle {
    private final OperationCall call;
    private final int index;

    BufferHandle(OperationCall call, int index) {
        this.call = call;
        this.index = index;
    }

    /**
     * A new buffer.
     *
     * @param call of the method that returns it
     * @throws HostError {@code LIMIT_EXCEEDED} when the function has as many buffers, or bytes in them, as it may
     */
    public static BufferHandle of(OperationCall call, byte[] bytes) {
        return new BufferHandle(call, call.bufferOf(bytes));
    }

    /** The same of a body, which is closed by this: a long one is read when the function needs it. */
    public static BufferHandle of(OperationCall call, Body body) {
        return new BufferHandle(call, call.bufferOf(body));
    }

    /** Its bytes, once if they are still on their way. The caller closes it. */
    public Body body() {
        return call.bodyOf(index);
    }

    /**
     * All of its bytes.
     *
     * @throws HostError {@code LIMIT_EXCEEDED} when they are more than {@code bytesMax}
     */
    public byte[] bytes(int bytesMax) {
        try (Body body = body()) {
            byte[] bytes = body.stream().readNBytes(bytesMax);
            if (bytes.length == bytesMax && body.stream().read() >= 0) {
                throw HostError.of(HostError.Kind.LIMIT_EXCEEDED, "the buffer has more than " + bytesMax + " bytes");
            }
            return bytes;
        } catch (IOException e) {
            throw HostError.of(HostError.Kind.UNAVAILABLE, "the bytes broke off where they come from", e);
        }
    }

    int index() {
        return index;
    }
}
