package dev.mayfly.memorypool;

import dev.mayfly.engine.FrameLayout;
import dev.mayfly.engine.MayflyException;

/**
 * What one invocation may use. Made once for a function and used for all its calls.
 *
 * @param requestBodyBytesMax length of the request's body
 * @param bufferCountMax buffers at once, the request's body among them
 * @param bufferBytesMax host memory held by all buffers together, in whole slabs, past the slot's own first slab; what a function loads of a longer body is refused by this
 * @param logBytesMax bytes of log
 * @param memoryBytesMax of one linear memory
 * @param tableElementsMax of one table
 */
public record InvocationLimits(
        long requestBodyBytesMax,
        int bufferCountMax,
        long bufferBytesMax,
        long logBytesMax,
        long memoryBytesMax,
        long tableElementsMax) {
    public InvocationLimits {
        require(requestBodyBytesMax >= 0, "request-body-bytes-max", requestBodyBytesMax, "0 or more");
        require(
                bufferCountMax >= 1 && bufferCountMax <= FrameLayout.BUFFERS,
                "buffer-count-max",
                bufferCountMax,
                "1 to " + FrameLayout.BUFFERS);
        require(bufferBytesMax >= 0, "buffer-bytes-max", bufferBytesMax, "0 or more");
        require(logBytesMax >= 0, "log-bytes-max", logBytesMax, "0 or more");
        require(memoryBytesMax >= 0, "memory-bytes-max", memoryBytesMax, "0 or more");
        require(tableElementsMax >= 0, "table-elements-max", tableElementsMax, "0 or more");
    }

    /** A body of 64 MiB, 160 MiB in 64 buffers, 64 KiB of log, 64 MiB of memory, tables of 100,000. */
    public static InvocationLimits defaults() {
        return new InvocationLimits(64L << 20, FrameLayout.BUFFERS, 160L << 20, 64L << 10, 64L << 20, 100_000);
    }

    public InvocationLimits withRequestBodyBytesMax(long value) {
        return new InvocationLimits(
                value, bufferCountMax, bufferBytesMax, logBytesMax, memoryBytesMax, tableElementsMax);
    }

    public InvocationLimits withBufferCountMax(int value) {
        return new InvocationLimits(
                requestBodyBytesMax, value, bufferBytesMax, logBytesMax, memoryBytesMax, tableElementsMax);
    }

    public InvocationLimits withBufferBytesMax(long value) {
        return new InvocationLimits(
                requestBodyBytesMax, bufferCountMax, value, logBytesMax, memoryBytesMax, tableElementsMax);
    }

    public InvocationLimits withLogBytesMax(long value) {
        return new InvocationLimits(
                requestBodyBytesMax, bufferCountMax, bufferBytesMax, value, memoryBytesMax, tableElementsMax);
    }

    public InvocationLimits withMemoryBytesMax(long value) {
        return new InvocationLimits(
                requestBodyBytesMax, bufferCountMax, bufferBytesMax, logBytesMax, value, tableElementsMax);
    }

    public InvocationLimits withTableElementsMax(long value) {
        return new InvocationLimits(
                requestBodyBytesMax, bufferCountMax, bufferBytesMax, logBytesMax, memoryBytesMax, value);
    }

    private static void require(boolean holds, String name, long value, String range) {
        if (!holds) {
            throw new MayflyException.Invalid("setting " + name + "=" + value + " is out of range: " + range);
        }
    }
}
