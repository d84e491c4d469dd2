package dev.mayfly.memorypool;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.mayfly.engine.CacheLinePadding;
import dev.mayfly.engine.FrameLayout;
import dev.mayfly.engine.MemorySegments;
import dev.mayfly.engine.RequestHeadLayout;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Writes a request's head into its slot, as {@link RequestHeadLayout} describes it. Allocates nothing.
 *
 * <pre>{@code
 * head.start(method, path, query, invocationId, headerCountMax);
 * for (…) head.header(name, value);
 * switch (head.finish()) { … }
 * }</pre>
 *
 * <p>What doesn't fit is dropped, and {@link #finish} says so: there is one place to look.
 */
public final class RequestHeadWriter extends CacheLinePadding {
    /** The head is whole. */
    public static final int OK = 0;
    /** It takes more than {@link SlotConfig#requestHeadBytesMax}. */
    public static final int TOO_LARGE = 1;
    /** There were more header lines than {@code headerCountMax}. */
    public static final int TOO_MANY_HEADERS = 2;

    private static final MemorySegment ALL = MemorySegments.ALL;

    private final MemorySegment frame;
    private final long head;
    private final long end;
    /** Where the next byte of text goes. */
    private long at;
    /** Where the text begins, from the head's start: behind room for as many entries as there may be. */
    private int textStart;

    private int headerCountMax;
    private int headerCount;
    private int status;

    RequestHeadWriter(MemorySegment frame, long head, int bytes) {
        this.frame = frame;
        this.head = head;
        this.end = head + bytes;
    }

    /**
     * Begins a head, in place of what was written before.
     *
     * @param path starts with {@code /}; percent-encoded as sent
     * @param query what stands behind {@code ?}, or null where there is no {@code ?}
     * @param headerCountMax how many header lines may follow
     */
    public void start(String method, String path, @Nullable String query, String invocationId, int headerCountMax) {
        this.headerCountMax = headerCountMax;
        this.headerCount = 0;
        this.status = OK;
        this.textStart = (int) (RequestHeadLayout.HEADERS + headerCountMax * RequestHeadLayout.HEADER_ENTRY_BYTES);
        this.at = head + textStart;
        ALL.set(JAVA_INT, head + RequestHeadLayout.METHOD_BYTES, written(Utf8.write(method, at, end)));
        ALL.set(JAVA_INT, head + RequestHeadLayout.PATH_BYTES, written(Utf8.write(path, at, end)));
        ALL.set(
                JAVA_INT,
                head + RequestHeadLayout.QUERY_BYTES,
                query == null ? -1 : written(Utf8.write(query, at, end)));
        ALL.set(JAVA_INT, head + RequestHeadLayout.ID_BYTES, written(Utf8.write(invocationId, at, end)));
    }

    /** Adds a header line. Capital letters A to Z in its name become small ones. */
    public void header(String name, String value) {
        if (headerCount == headerCountMax) {
            status = status == OK ? TOO_MANY_HEADERS : status;
            return;
        }
        int nameBytes = written(Utf8.writeLowerCase(name, at, end));
        int valueBytes = written(Utf8.write(value, at, end));
        if (status == OK) {
            long entry = head + RequestHeadLayout.HEADERS + headerCount * RequestHeadLayout.HEADER_ENTRY_BYTES;
            ALL.set(JAVA_INT, entry, nameBytes);
            ALL.set(JAVA_INT, entry + Integer.BYTES, valueBytes);
            headerCount++;
        }
    }

    /**
     * Ends the head and names it in the frame.
     *
     * @return {@link #OK}, or why the invocation must not begin
     */
    public int finish() {
        if (status == OK) {
            ALL.set(JAVA_INT, head + RequestHeadLayout.HEADER_COUNT, headerCount);
            ALL.set(JAVA_INT, head + RequestHeadLayout.TEXT_START, textStart);
            frame.set(JAVA_INT, FrameLayout.REQUEST_HEAD_BYTES, (int) (at - head));
        }
        return status;
    }

    /** Returns the bytes written; 0 and a status when there was no room. */
    private int written(long textEnd) {
        if (textEnd == Utf8.TOO_LONG) {
            status = status == OK ? TOO_LARGE : status;
            return 0;
        }
        int bytes = (int) (textEnd - at);
        at = textEnd;
        return bytes;
    }
}
