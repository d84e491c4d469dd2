package dev.mayfly.hostinterfaces.http;

import dev.mayfly.hostinterfaces.Body;
import dev.mayfly.hostinterfaces.HostError;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.entity.AbstractHttpEntity;

/** A body on its way to an upstream: with its length where that is known, else in chunks. */
final class RequestEntity extends AbstractHttpEntity {
    private static final int PIECE_BYTES = 16 << 10;

    private final Body body;

    RequestEntity(Body body) {
        super((ContentType) null, null, body.length() == Body.UNKNOWN);
        this.body = body;
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
        byte[] piece = new byte[PIECE_BYTES];
        long sent = 0;
        int read;
        while ((read = read(piece)) >= 0) {
            sent += read;
            if (body.length() != Body.UNKNOWN && sent > body.length()) {
                throw otherLength();
            }
            out.write(piece, 0, read);
        }
        if (body.length() != Body.UNKNOWN && sent < body.length()) {
            throw otherLength();
        }
    }

    /** Its faults are not the upstream's. */
    private int read(byte[] piece) throws IOException {
        try {
            return body.stream().read(piece);
        } catch (IOException e) {
            throw e.getCause() instanceof HostError
                    ? e
                    : new IOException(HostError.of(HostError.Kind.UNAVAILABLE, "the request's body can't be read", e));
        }
    }

    private static HostError otherLength() {
        return HostError.of(HostError.Kind.INVALID, "the request's body has another length than it said");
    }

    @Override
    public InputStream getContent() {
        return body.stream();
    }

    @Override
    public boolean isRepeatable() {
        return false;
    }

    @Override
    public boolean isStreaming() {
        return true;
    }

    @Override
    public long getContentLength() {
        return body.length();
    }

    @Override
    public void close() {
        // Whoever made the body closes it.
    }
}
