package dev.mayfly.hostinterfaces.blob;

import dev.mayfly.hostinterfaces.Body;
import dev.mayfly.hostinterfaces.Deadline;
import dev.mayfly.hostinterfaces.HostError;
import dev.mayfly.hostinterfaces.HostError.Kind;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * A body on its way into a store: as long as it said, not longer than it may be, in time. What is wrong with it is told by {@link #failure},
 * whatever a library in between has made of the exception.
 *
 * <p>Closing does nothing: the body is its caller's.
 */
final class BlobInput extends InputStream {
    private final InputStream stream;
    private final long length;
    private final long bytesMax;
    private final Deadline deadline;
    private long bytes;
    private @Nullable HostError failure;

    BlobInput(Body body, long bytesMax, Deadline deadline) {
        this.stream = body.stream();
        this.length = body.length();
        this.bytesMax = bytesMax;
        this.deadline = deadline;
        if (length > bytesMax) {
            throw tooLarge();
        }
    }

    /** How many bytes were read. */
    long bytes() {
        return bytes;
    }

    /** What is wrong with the body, or null. */
    @Nullable
    HostError failure() {
        return failure;
    }

    @Override
    public int read() {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] to, int offset, int count) {
        if (failure != null) {
            throw failure;
        }
        try {
            deadline.left();
            int read = stream.read(to, offset, count);
            bytes += Math.max(0, read);
            if (bytes > bytesMax) {
                throw tooLarge();
            }
            boolean shorter = read < 0 && length != Body.UNKNOWN && bytes < length;
            // A library that was told the length reads no further: what is too much is noticed here.
            boolean longer = length != Body.UNKNOWN && (bytes > length || (bytes == length && read > 0 && !atEnd()));
            if (shorter || longer) {
                throw HostError.of(
                        Kind.INVALID, "the body is " + (shorter ? "shorter" : "longer") + " than its length=" + length);
            }
            return read;
        } catch (HostError e) {
            failure = e;
            throw e;
        } catch (IOException | RuntimeException e) {
            // A library may have interrupted the reading for its deadline.
            failure = deadline.atNs() - System.nanoTime() <= 0
                    ? HostError.of(Kind.TIMEOUT, "the body didn't come before the deadline", e)
                    : HostError.of(Kind.UNAVAILABLE, "the body could not be read to its end", e);
            throw failure;
        }
    }

    private boolean atEnd() throws IOException {
        return stream.read() < 0;
    }

    private HostError tooLarge() {
        return HostError.of(Kind.LIMIT_EXCEEDED, "the blob is larger than blob-bytes-max=" + bytesMax);
    }
}
