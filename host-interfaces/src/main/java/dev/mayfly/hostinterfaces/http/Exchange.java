package dev.mayfly.hostinterfaces.http;

import dev.mayfly.hostinterfaces.Deadline;
import dev.mayfly.hostinterfaces.HostError;
import java.io.IOException;
import java.io.InputStream;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpHost;

/**
 * One request and its answer, ended at the deadline wherever it is: timeouts of a socket bound one read and no write, so an upstream that trickles or
 * reads slowly would pass them for ever.
 *
 * <p>Threads: one, and whoever {@linkplain #cancel cancels} it.
 */
final class Exchange extends InputStream {
    private final HttpUriRequestBase request;
    private final Deadline deadline;
    private final DeadlineWatch watch;
    private final long bytesMax;
    private final Runnable ended;
    private InputStream content = InputStream.nullInputStream();
    private long bytesRead;
    private boolean over;

    /**
     * Prepares one.
     *
     * @param watch cancels it at the deadline
     * @param bytesMax of the answer's body
     * @param ended run once, when the connection is free or closed
     */
    Exchange(HttpUriRequestBase request, Deadline deadline, DeadlineWatch watch, long bytesMax, Runnable ended) {
        this.request = request;
        this.deadline = deadline;
        this.watch = watch;
        this.bytesMax = bytesMax;
        this.ended = ended;
    }

    Deadline deadline() {
        return deadline;
    }

    /** Has its own thread fail wherever it is. */
    void cancel() {
        request.cancel();
    }

    /** Sends it. On any failure the exchange is over and its connection closed. */
    ClassicHttpResponse send(Transport transport, HttpHost target) {
        try {
            watch.add(this);
            ClassicHttpResponse response = transport.send(target, request);
            if (response.getEntity() == null) {
                finish();
            } else {
                content = response.getEntity().getContent();
                if (response.getEntity().getContentLength() > bytesMax) {
                    throw tooLarge();
                }
            }
            return response;
        } catch (IOException | RuntimeException e) {
            throw abandon(e);
        }
    }

    /** Reads of the answer's body. */
    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (over) {
            return -1;
        }
        try {
            int read = content.read(bytes, offset, length);
            if (read < 0) {
                finish();
            } else {
                bytesRead += read;
                if (bytesRead > bytesMax) {
                    throw tooLarge();
                }
            }
            return read;
        } catch (IOException | RuntimeException e) {
            HostError told = abandon(e);
            throw new IOException(told.getMessage(), told);
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    /** With a body that isn't read to its end, the connection is closed: reading on could take for ever. */
    @Override
    public void close() {
        if (!over) {
            request.cancel();
            finish();
        }
    }

    private HostError abandon(Exception failure) {
        boolean late = System.nanoTime() - deadline.atNs() >= 0;
        HostError told = late ? Faults.timeout() : Faults.of(failure);
        close();
        return told;
    }

    private void finish() {
        over = true;
        watch.remove(this);
        ended.run();
    }

    private HostError tooLarge() {
        return HostError.of(
                HostError.Kind.LIMIT_EXCEEDED,
                "the upstream's answer is larger than response-body-bytes-max=" + bytesMax);
    }
}
