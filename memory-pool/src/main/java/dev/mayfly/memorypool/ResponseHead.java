package dev.mayfly.memorypool;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import dev.mayfly.engine.CacheLinePadding;
import dev.mayfly.engine.Frame;
import dev.mayfly.engine.MemorySegments;
import dev.mayfly.engine.ResponseHeadLayout;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * Reads the header lines of a response, one after the other, once its invocation is done.
 *
 * <pre>{@code
 * for (head.start(); head.next(); ) { … head.name() … head.value() … }
 * }</pre>
 *
 * <p>They stand here exactly as the function gave them: whoever sends them checks them first.
 */
public final class ResponseHead extends CacheLinePadding {
    private static final MemorySegment ALL = MemorySegments.ALL;

    private final Frame frame;
    private final long head;
    private final long end;
    /** Reused, so that reading makes the strings and nothing else. */
    private byte[] scratch = new byte[256];

    private int linesLeft;
    private long line;
    private int nameBytes;
    private int valueBytes;

    ResponseHead(Frame frame, long head, int bytes) {
        this.frame = frame;
        this.head = head;
        this.end = head + bytes;
    }

    /** Goes before the first line. */
    public void start() {
        linesLeft = frame.responseHeaderCount();
        line = head - ResponseHeadLayout.TEXT;
        nameBytes = 0;
        valueBytes = 0;
    }

    /** Goes before the first of the lines that follow the response's body. */
    public void startTrailers() {
        start();
        while (next()) {
            // A header line.
        }
        linesLeft = frame.responseTrailerCount();
    }

    /** Goes to the next line; false behind the last. */
    public boolean next() {
        if (linesLeft <= 0) {
            return false;
        }
        linesLeft--;
        line += ResponseHeadLayout.TEXT + nameBytes + valueBytes;
        long left = end - line - ResponseHeadLayout.TEXT;
        if (left >= 0) {
            nameBytes = ALL.get(JAVA_INT_UNALIGNED, line + ResponseHeadLayout.NAME_BYTES);
            valueBytes = ALL.get(JAVA_INT_UNALIGNED, line + ResponseHeadLayout.VALUE_BYTES);
            if (nameBytes >= 0 && valueBytes >= 0 && (long) nameBytes + valueBytes <= left) {
                return true;
            }
        }
        throw new IllegalStateException("the engine wrote a header line past the response head's room");
    }

    /** The line's name. Allocates the string. */
    public String name() {
        return string(line + ResponseHeadLayout.TEXT, nameBytes);
    }

    /** The line's value. Allocates the string. */
    public String value() {
        return string(line + ResponseHeadLayout.TEXT + nameBytes, valueBytes);
    }

    private String string(long address, int bytes) {
        if (bytes > scratch.length) {
            scratch = new byte[Math.max(bytes, 2 * scratch.length)];
        }
        MemorySegment.copy(ALL, JAVA_BYTE, address, scratch, 0, bytes);
        return new String(scratch, 0, bytes, StandardCharsets.UTF_8);
    }
}
