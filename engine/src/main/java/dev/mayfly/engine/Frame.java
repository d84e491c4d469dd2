package dev.mayfly.engine;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * One invocation at a time, driven through its control frame.
 *
 * <pre>{@code
 * int status = frame.begin(prelinked);
 * while (Status.isSuspended(status)) {
 *     if (status == Status.OPERATION) { … answer … }
 *     else if (deadline passed) { frame.cancel(); return; }
 *     status = frame.resume();
 * }
 * }</pre>
 *
 * <p>Threads: one at a time, but not always the same one. {@link #begin} and {@link #resume} run the function on the calling thread and leave
 * no native frame behind when they return, so a virtual thread may block or be unmounted between them. Nothing here allocates.
 *
 * <p>Ownership: the frame's memory, and everything its addresses name, belongs to whoever made it and must outlive the invocation; the
 * {@link PrelinkedComponent} too.
 */
public final class Frame extends CacheLinePadding {
    private final MemorySegment memory;
    private final long address;
    private long invocation;

    /**
     * @param memory {@link FrameLayout#BYTES} bytes of native memory, aligned to {@link FrameLayout#ALIGNMENT}, zeroed
     */
    public Frame(MemorySegment memory) {
        if (!memory.isNative()
                || memory.byteSize() != FrameLayout.BYTES
                || memory.address() % FrameLayout.ALIGNMENT != 0) {
            throw new IllegalArgumentException("a frame needs native memory: bytes=" + FrameLayout.BYTES + " alignment="
                    + FrameLayout.ALIGNMENT + ", got " + memory);
        }
        this.memory = memory;
        this.address = memory.address();
    }

    /** The frame's bytes; {@link FrameLayout} says what they mean. */
    public MemorySegment memory() {
        return memory;
    }

    /**
     * Starts a fresh instance and runs it until it is done, traps or is suspended.
     *
     * @return a {@link Status}
     */
    public int begin(PrelinkedComponent component) {
        if (invocation != 0) {
            throw new IllegalStateException("this frame's invocation is still open: resume or cancel it first");
        }
        invocation = NativeEngine.begin(component.address(), address);
        return memory.get(JAVA_INT, FrameLayout.STATUS);
    }

    /**
     * Goes on with a suspended invocation.
     *
     * @return a {@link Status}
     */
    public int resume() {
        if (invocation == 0) {
            throw new IllegalStateException("this frame has no open invocation");
        }
        invocation = NativeEngine.resume(invocation, address);
        return memory.get(JAVA_INT, FrameLayout.STATUS);
    }

    /** Ends a suspended invocation: its memory goes back to the engine's pool. Does nothing when there is none. */
    public void cancel() {
        if (invocation != 0) {
            long open = invocation;
            invocation = 0;
            NativeEngine.cancel(open, address);
        }
    }

    /** Whether an invocation is suspended in this frame. */
    public boolean isOpen() {
        return invocation != 0;
    }

    public int operation() {
        return memory.get(JAVA_INT, FrameLayout.OPERATION);
    }

    /** 0 = response, otherwise 1 + the case of {@code mayfly:function/web-types.error}. */
    public int outcome() {
        return memory.get(JAVA_INT, FrameLayout.OUTCOME);
    }

    public TrapKind trapKind() {
        return TrapKind.of(memory.get(JAVA_INT, FrameLayout.TRAP_KIND));
    }

    /** The text of a trap, refusal, failure, or of the error that the function reported. Allocates: not for the path of a successful call. */
    public String message() {
        int bytes = memory.get(JAVA_INT, FrameLayout.MESSAGE_BYTES);
        byte[] text = memory.asSlice(FrameLayout.MESSAGE, Math.clamp(bytes, 0, FrameLayout.MESSAGE_BYTES_MAX))
                .toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
        return new String(text, StandardCharsets.UTF_8);
    }

    public int responseStatus() {
        return memory.get(JAVA_INT, FrameLayout.RESPONSE_STATUS);
    }

    public int responseHeaderCount() {
        return memory.get(JAVA_INT, FrameLayout.RESPONSE_HEADERS);
    }

    /** Index of the buffer with the response's body, or -1. */
    public int responseBody() {
        return memory.get(JAVA_INT, FrameLayout.RESPONSE_BODY);
    }

    /** Of a response that may go out before the function is done: {@link FrameLayout#RESPONSE_NONE} and its neighbours. */
    public int responseState() {
        return memory.get(JAVA_INT, FrameLayout.RESPONSE_STATE);
    }

    /** Whether the function wants what there is of its response to be sent. */
    public boolean isResponseFlushed() {
        return memory.get(JAVA_INT, FrameLayout.RESPONSE_FLUSH) != 0;
    }

    /** It was sent. */
    public void clearResponseFlush() {
        memory.set(JAVA_INT, FrameLayout.RESPONSE_FLUSH, 0);
    }

    /** How many lines go behind its body. */
    public int responseTrailerCount() {
        return memory.get(JAVA_INT, FrameLayout.RESPONSE_TRAILERS);
    }

    /** How long the function says that the body of such a response will be, or -1. */
    public long responseLength() {
        return memory.get(JAVA_LONG, FrameLayout.RESPONSE_LENGTH);
    }

    /** The highest number of bytes of linear memory that the invocation held. */
    public long memoryBytes() {
        return memory.get(JAVA_LONG, FrameLayout.MEMORY_BYTES);
    }

    /** When the instance was there, on {@link System#nanoTime}'s clock; 0 = never. */
    public long instanceAtNs() {
        return memory.get(JAVA_LONG, FrameLayout.INSTANCE_AT_NS);
    }

    public long argument() {
        return memory.get(JAVA_LONG, FrameLayout.ARGUMENT_0);
    }

    /** How many bytes {@link #argumentBytes} has. */
    public long argumentByteCount() {
        return memory.get(JAVA_LONG, FrameLayout.ARGUMENT_BYTES);
    }

    /** The operation's bytes, valid until the invocation resumes. */
    public MemorySegment argumentBytes() {
        return MemorySegments.at(
                memory.get(JAVA_LONG, FrameLayout.ARGUMENT_ADDRESS), memory.get(JAVA_LONG, FrameLayout.ARGUMENT_BYTES));
    }

    /** Answers the operation. What {@code answerAddress} names must stay until {@link #resume} returned. */
    public void answer(int answerStatus, long answerAddress, long answerBytes) {
        memory.set(JAVA_LONG, FrameLayout.ANSWER_ADDRESS, answerAddress);
        memory.set(JAVA_LONG, FrameLayout.ANSWER_BYTES, answerBytes);
        memory.set(JAVA_INT, FrameLayout.ANSWER_STATUS, answerStatus);
    }

    public int logUsedBytes() {
        return memory.get(JAVA_INT, FrameLayout.LOG_USED_BYTES);
    }

    /** Log lines that were dropped because the invocation's log limit was reached. */
    public int logDropped() {
        return memory.get(JAVA_INT, FrameLayout.LOG_DROPPED);
    }

    public long bufferFirstSlab(int buffer) {
        return memory.get(JAVA_LONG, bufferOffset(buffer) + FrameLayout.BUFFER_FIRST_SLAB);
    }

    public long bufferLength(int buffer) {
        return memory.get(JAVA_LONG, bufferOffset(buffer) + FrameLayout.BUFFER_LENGTH);
    }

    public long bufferLastSlab(int buffer) {
        return memory.get(JAVA_LONG, bufferOffset(buffer) + FrameLayout.BUFFER_LAST_SLAB);
    }

    public int bufferState(int buffer) {
        return memory.get(JAVA_INT, bufferOffset(buffer) + FrameLayout.BUFFER_STATE);
    }

    /** Sets a buffer's slabs while the invocation is not running: {@code firstSlab} is 0 for an empty buffer. */
    public void setBuffer(int buffer, long firstSlab, long lastSlab, long length, int state) {
        long offset = bufferOffset(buffer);
        memory.set(JAVA_LONG, offset + FrameLayout.BUFFER_FIRST_SLAB, firstSlab);
        memory.set(JAVA_LONG, offset + FrameLayout.BUFFER_LAST_SLAB, lastSlab);
        memory.set(JAVA_LONG, offset + FrameLayout.BUFFER_LENGTH, length);
        memory.set(JAVA_INT, offset + FrameLayout.BUFFER_STATE, state);
        memory.set(JAVA_INT, offset + FrameLayout.BUFFER_HANDLES, 0);
    }

    public void setBufferFirstSlab(int buffer, long slab) {
        memory.set(JAVA_LONG, bufferOffset(buffer) + FrameLayout.BUFFER_FIRST_SLAB, slab);
    }

    public void setBufferLastSlab(int buffer, long slab) {
        memory.set(JAVA_LONG, bufferOffset(buffer) + FrameLayout.BUFFER_LAST_SLAB, slab);
    }

    public void setBufferLength(int buffer, long length) {
        memory.set(JAVA_LONG, bufferOffset(buffer) + FrameLayout.BUFFER_LENGTH, length);
    }

    /** Handles that the function has open. */
    public int bufferHandles(int buffer) {
        return memory.get(JAVA_INT, bufferOffset(buffer) + FrameLayout.BUFFER_HANDLES);
    }

    public void setBufferHandles(int buffer, int handles) {
        memory.set(JAVA_INT, bufferOffset(buffer) + FrameLayout.BUFFER_HANDLES, handles);
    }

    private static long bufferOffset(int buffer) {
        if (buffer < 0 || buffer >= FrameLayout.BUFFERS) {
            throw new IndexOutOfBoundsException("buffer=" + buffer + ", there are " + FrameLayout.BUFFERS);
        }
        return FrameLayout.BUFFERS_OFFSET + buffer * FrameLayout.BUFFER_BYTES;
    }
}
