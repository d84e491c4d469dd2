package dev.mayfly.host.http;

import io.helidon.common.buffers.DataReader;
import io.helidon.http.RequestException;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import java.io.IOException;
import java.io.InputStream;

/**
 * A request's body, with what can be wrong about it told apart: it is {@link TooLarge}, it is {@link Malformed}, or the client goes away while it
 * sends it, which is an {@link io.helidon.webserver.CloseConnectionException}. The server's own stream throws whatever its parser trips over.
 *
 * <p>Closing it does nothing: the server's own would read on.
 */
final class BodyStream extends InputStream {
    private final InputStream body;

    private BodyStream(InputStream body) {
        this.body = body;
    }

    /** The body has more bytes than the server lets in. */
    static final class TooLarge extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TooLarge(RequestException cause) {
            super(cause);
        }

        TooLarge(long bytesMax) {
            super("bytes-max=" + bytesMax);
        }
    }

    /** The body is not sent as HTTP has it, so nobody knows where the next request begins. */
    static final class Malformed extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Malformed(RuntimeException cause) {
            super(cause);
        }
    }

    static BodyStream of(ServerRequest request) {
        return new BodyStream(request.content().inputStream());
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        try {
            return body.read(bytes, offset, length);
        } catch (RequestException e) {
            if (e.status().code() == Status.REQUEST_ENTITY_TOO_LARGE_413.code()) {
                throw new TooLarge(e);
            }
            throw new Malformed(e);
        } catch (IllegalArgumentException | DataReader.IncorrectNewLineException e) {
            // A chunk's size that is no number; a line that doesn't end as it should.
            throw new Malformed(e);
        }
    }
}
