package dev.mayfly.host.http;

import java.nio.ByteBuffer;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which streams of an HTTP/2 connection their client has reset: found by listening to what it sends, because the web server doesn't tell the
 * request's thread.
 *
 * <pre>
 *   connection = preface (24 bytes), frames
 *   frame      = length (3), type (1), flags (1), stream (4), payload (length)        RFC 9113, section 4.1
 * </pre>
 *
 * <p>Threads: one observes, any may ask.
 */
final class StreamResets {
    private static final int PREFACE_BYTES = 24;
    private static final int HEADER_BYTES = 9;
    private static final int RST_STREAM = 3;
    /** Streams that were reset and whose request nobody asked about stay listed: a client that does nothing else is dropped by the server first. */
    private static final int RESET_COUNT_MAX = 10_000;

    private final Set<Integer> reset = ConcurrentHashMap.newKeySet();
    private final ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
    private int skip = PREFACE_BYTES;

    /** Takes the next bytes that the client sent. */
    void observe(byte[] bytes) {
        int at = 0;
        while (at < bytes.length) {
            if (skip > 0) {
                int skipped = Math.min(skip, bytes.length - at);
                skip -= skipped;
                at += skipped;
            } else {
                int copied = Math.min(header.remaining(), bytes.length - at);
                header.put(bytes, at, copied);
                at += copied;
                if (!header.hasRemaining()) {
                    frame();
                }
            }
        }
    }

    private void frame() {
        header.flip();
        int lengthAndType = header.getInt();
        header.get();
        int stream = header.getInt() & Integer.MAX_VALUE;
        header.clear();
        skip = lengthAndType >>> 8;
        if ((lengthAndType & 0xff) == RST_STREAM && reset.size() < RESET_COUNT_MAX) {
            reset.add(stream);
        }
    }

    boolean contains(int stream) {
        return reset.contains(stream);
    }
}
