package dev.mayfly.memorypool;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.mayfly.engine.CacheLinePadding;
import dev.mayfly.engine.Frame;
import dev.mayfly.engine.MayflyException;
import dev.mayfly.engine.MemorySegments;
import dev.mayfly.engine.Operation;
import dev.mayfly.engine.SlabLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.function.LongUnaryOperator;

/**
 * Writes an operation's answer, value by value as the engine's front end reads them: the mirror of {@link ArgumentReader}.
 *
 * <p>It begins in the slot's own room. An answer that outgrows it goes on in a slab, which the invocation keeps for its later answers.
 *
 * <p>Threads: the invocation's own.
 */
public final class AnswerWriter extends CacheLinePadding {
    /** The limit's name. */
    public static final String BYTES_MAX = "operation-answer-bytes-max";

    private static final MemorySegment ALL = MemorySegments.ALL;

    private final Frame frame;
    private final long room;
    private final long roomBytes;
    private final LongUnaryOperator takeSlab;
    private long start;
    private long at;
    private long end;
    /** Of the largest slab taken so far; 0 when none was. */
    private long slab;

    /**
     * @param room address of the slot's own room
     * @param takeSlab from bytes wanted to the address of a slab that has them, or to a negative status
     */
    AnswerWriter(Frame frame, long room, long roomBytes, LongUnaryOperator takeSlab) {
        this.frame = frame;
        this.room = room;
        this.roomBytes = roomBytes;
        this.takeSlab = takeSlab;
    }

    /** The most an answer may take: a slab of the largest size. */
    public static long bytesMax() {
        return SlabPool.payloadBytes(SlabPool.sizeClasses() - 1);
    }

    /** Forgets the slab: the invocation that took it is over. */
    void reset() {
        slab = 0;
    }

    /** Begins an answer. */
    AnswerWriter start() {
        start = room;
        at = room;
        end = room + roomBytes;
        return this;
    }

    /** A flag; also whether an option's value follows. */
    public AnswerWriter bool(boolean value) {
        return u8(value ? 1 : 0);
    }

    /** A small number, or the case of an enum or a variant. */
    public AnswerWriter u8(int value) {
        ALL.set(JAVA_BYTE, take(1), (byte) value);
        return this;
    }

    public AnswerWriter u16(int value) {
        ALL.set(WireLayout.U16, take(2), (short) value);
        return this;
    }

    /** A u32, the handle of a buffer or resource, or how many items of a list follow. */
    public AnswerWriter u32(int value) {
        ALL.set(WireLayout.U32, take(4), value);
        return this;
    }

    /** A u64 or s64. */
    public AnswerWriter i64(long value) {
        ALL.set(WireLayout.U64, take(8), value);
        return this;
    }

    public AnswerWriter f64(double value) {
        ALL.set(WireLayout.F64, take(8), value);
        return this;
    }

    public AnswerWriter bytes(byte[] value) {
        return bytes(value, value.length);
    }

    /** The first {@code length} of them. */
    public AnswerWriter bytes(byte[] value, int length) {
        return bytes(value, 0, length);
    }

    /** {@code length} of them. */
    public AnswerWriter bytes(byte[] value, int offset, int length) {
        u32(length);
        MemorySegment.copy(value, offset, ALL, JAVA_BYTE, take(length), length);
        return this;
    }

    public AnswerWriter text(String value) {
        // Three bytes a character are enough for any text.
        if (4 + 3L * value.length() > end - at) {
            return bytes(value.getBytes(StandardCharsets.UTF_8));
        }
        long lengthAt = take(4);
        at = Utf8.write(value, at, end);
        ALL.set(WireLayout.U32, lengthAt, (int) (at - lengthAt - 4));
        return this;
    }

    /** Answers the operation with what was written. */
    void finish() {
        frame.answer(Operation.OK, start, at - start);
    }

    /** Answers it with a status and what it means, without a length in front. */
    void fail(int status, String message) {
        start();
        long behind = Utf8.write(message, at, end);
        frame.answer(status, start, behind == Utf8.TOO_LONG ? 0 : behind - start);
    }

    private long take(long bytes) {
        require(bytes);
        long from = at;
        at = from + bytes;
        return from;
    }

    private void require(long bytes) {
        if (bytes > end - at) {
            grow(at - start + bytes);
        }
    }

    private void grow(long bytes) {
        if (slab == 0 || capacity(slab) < bytes) {
            long taken = bytes > bytesMax() ? HeldSlabs.LIMIT_EXCEEDED : takeSlab.applyAsLong(bytes);
            if (taken == SlabPool.NONE || (taken != HeldSlabs.LIMIT_EXCEEDED && capacity(taken) < bytes)) {
                throw new MayflyException.Unavailable(
                        "the host has no memory left for an operation's answer", Admission.RETRY_AFTER);
            }
            if (taken == HeldSlabs.LIMIT_EXCEEDED) {
                throw new MayflyException.LimitExceeded(
                        BYTES_MAX, "an operation's answer is too large (limit " + BYTES_MAX + "=" + bytesMax() + ")");
            }
            slab = taken;
        }
        long payload = slab + SlabLayout.PAYLOAD;
        MemorySegment.copy(ALL, start, ALL, payload, at - start);
        at = payload + (at - start);
        start = payload;
        end = payload + capacity(slab);
    }

    private static long capacity(long slab) {
        return ALL.get(ValueLayout.JAVA_INT, slab + SlabLayout.CAPACITY_BYTES);
    }
}
