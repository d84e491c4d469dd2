package dev.mayfly.memorypool;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.mayfly.engine.CacheLinePadding;
import dev.mayfly.engine.Frame;
import dev.mayfly.engine.FrameLayout;
import dev.mayfly.engine.MemorySegments;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/**
 * Reads an operation's argument, value by value in the order in which the engine's front end wrote them. {@code engine/native/src/front/wire.rs}
 * has the bytes of each type.
 *
 * <p>Threads: the invocation's own. What it gives is a copy and may be kept.
 */
public final class ArgumentReader extends CacheLinePadding {
    private static final MemorySegment ALL = MemorySegments.ALL;

    private final MemorySegment frame;
    private long at;
    private long end;

    ArgumentReader(Frame frame) {
        this.frame = frame.memory();
    }

    /** For values of the same form elsewhere. */
    static ArgumentReader of(long address, long bytes) {
        ArgumentReader reader = new ArgumentReader(MemorySegment.NULL);
        reader.at = address;
        reader.end = address + bytes;
        return reader;
    }

    private ArgumentReader(MemorySegment frame) {
        this.frame = frame;
    }

    /** All bytes that are left, without a length in front. */
    public byte[] rest() {
        byte[] bytes = new byte[Math.toIntExact(end - at)];
        MemorySegment.copy(ALL, JAVA_BYTE, take(bytes.length), bytes, 0, bytes.length);
        return bytes;
    }

    /** Whether values are left. */
    public boolean hasMore() {
        return at < end;
    }

    /** Goes to the first value of the operation that the frame is about. */
    ArgumentReader start() {
        at = frame.get(ValueLayout.JAVA_LONG, FrameLayout.ARGUMENT_ADDRESS);
        end = at + frame.get(ValueLayout.JAVA_LONG, FrameLayout.ARGUMENT_BYTES);
        return this;
    }

    /** A flag; also whether an option's value follows. */
    public boolean bool() {
        return u8() != 0;
    }

    /** A small number, or the case of an enum or a variant. */
    public int u8() {
        return ALL.get(JAVA_BYTE, take(1)) & 0xff;
    }

    public int u16() {
        return ALL.get(WireLayout.U16, take(2)) & 0xffff;
    }

    /** The handle of a buffer or resource. */
    public int handle() {
        return ALL.get(WireLayout.U32, take(4));
    }

    public long u32() {
        return ALL.get(WireLayout.U32, take(4)) & 0xffff_ffffL;
    }

    /** A u64 or s64. */
    public long i64() {
        return ALL.get(WireLayout.U64, take(8));
    }

    public double f64() {
        return ALL.get(WireLayout.F64, take(8));
    }

    /** How many items of a list follow. */
    public int count() {
        // The engine took a byte at least for each, so a count that is too large runs into the end.
        return Math.toIntExact(u32());
    }

    public byte[] bytes() {
        int length = count();
        byte[] bytes = new byte[Math.toIntExact(Math.min(length, end - at))];
        MemorySegment.copy(ALL, JAVA_BYTE, take(length), bytes, 0, bytes.length);
        return bytes;
    }

    public String text() {
        return new String(bytes(), StandardCharsets.UTF_8);
    }

    private long take(long bytes) {
        long from = at;
        if (bytes > end - from) {
            throw new IllegalStateException("an operation's argument ends early: missing=" + (bytes - (end - from)));
        }
        at = from + bytes;
        return from;
    }
}
