package dev.mayfly.host.http;

import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.RoutingRequest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A request's body that the function gets as it arrives, since it is more than is worth waiting for. Remembers what went wrong with it: that is
 * what the caller is told, whatever the function made of it.
 */
final class StreamedBody extends InputStream {
    private final ClientConnection connection;
    private final BodyStream body;
    private final long bytesMax;
    /** The function's, while it runs. */
    private @Nullable Long deadlineNs;

    private long bytes;
    /** How long the client may still be waited for; what the function does meanwhile is not the client's fault. */
    private long timeLeftNs;

    private @Nullable Exception failure;

    StreamedBody(ClientConnection connection, RoutingRequest request, long bytesMax, Duration timeMax) {
        this.connection = connection;
        this.body = BodyStream.of(request);
        this.bytesMax = bytesMax;
        this.timeLeftNs = timeMax.toNanos();
    }

    /** The function runs: a client that keeps it waiting past {@code deadlineNs} is cut off. */
    void begin(long deadlineNs) {
        this.deadlineNs = deadlineNs;
    }

    /** The function doesn't run any more. */
    void end() {
        deadlineNs = null;
    }

    /** How many bytes came so far. */
    long bytes() {
        return bytes;
    }

    /** The same with bytes that were read before. */
    InputStream behind(byte[] first, int length) {
        return new SequenceInputStream(new ByteArrayInputStream(first, 0, length), this);
    }

    /** Why reading ended early: {@link BodyStream.TooLarge}, {@link BodyStream.Malformed}, or the client is gone; null when nothing went wrong. */
    @Nullable
    Exception failure() {
        return failure;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        long startNs = System.nanoTime();
        connection.waitUntil(endNs(startNs + timeLeftNs));
        try {
            int read = body.read(into, offset, length);
            bytes += Math.max(0, read);
            if (bytes > bytesMax) {
                throw new BodyStream.TooLarge(bytesMax);
            }
            return read;
        } catch (BodyStream.TooLarge | BodyStream.Malformed | CloseConnectionException | IOException e) {
            failure = e;
            throw new IOException("the request's body broke off", e);
        } finally {
            connection.waitNoMore();
            timeLeftNs -= System.nanoTime() - startNs;
        }
    }

    private long endNs(long clientEndNs) {
        Long deadlineNs = this.deadlineNs;
        return deadlineNs == null || clientEndNs - deadlineNs < 0 ? clientEndNs : deadlineNs;
    }
}
