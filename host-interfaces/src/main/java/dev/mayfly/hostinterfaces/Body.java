package dev.mayfly.hostinterfaces;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * Bytes on their way from one place to another, read once. They may be more than memory holds.
 *
 * <p>Threads: one at a time. Whoever got it closes it, which closes the stream.
 */
public final class Body implements AutoCloseable {
    /** {@link #length} of a body whose end is not known before it is reached. */
    public static final long UNKNOWN = -1;

    private final InputStream stream;
    private final long length;

    private Body(InputStream stream, long length) {
        this.stream = stream;
        this.length = length;
    }

    public static Body of(byte[] bytes) {
        return new Body(new ByteArrayInputStream(bytes), bytes.length);
    }

    /**
     * Of a stream.
     *
     * @param length how many bytes the stream has, or {@link #UNKNOWN}
     */
    public static Body of(InputStream stream, long length) {
        return new Body(stream, length);
    }

    public InputStream stream() {
        return stream;
    }

    public long length() {
        return length;
    }

    /**
     * Reads the stream to its end, or {@code bytesMax} bytes of it. Of a known length it takes no more room than that: a stream's own {@code
     * readAllBytes} begins with 16 KiB, a third of what thousands of small answers at once left to the garbage collector.
     */
    public byte[] read(int bytesMax) throws IOException {
        if (length == UNKNOWN || length > bytesMax) {
            return stream.readNBytes(bytesMax);
        }
        byte[] bytes = new byte[(int) length];
        int read = stream.readNBytes(bytes, 0, bytes.length);
        if (read < bytes.length || stream.read() >= 0) {
            throw new IOException("a body does not have the bytes it was said to have: length=" + length);
        }
        return bytes;
    }

    @Override
    public void close() {
        try {
            stream.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
