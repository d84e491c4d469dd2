package dev.mayfly.host.http;

import dev.mayfly.engine.Frame;
import dev.mayfly.engine.FrameLayout;
import dev.mayfly.host.invoke.Invocation;
import dev.mayfly.host.invoke.Outcome;
import dev.mayfly.host.invoke.ResponseSink;
import dev.mayfly.memorypool.InvocationBuffers;
import dev.mayfly.memorypool.InvocationSlot;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Method;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.RoutingResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A response that goes out while its function still runs. Its head goes with the first bytes of its body, or when it is whole.
 *
 * <p>A function that waits for its client is paid for by the client's slowness: a write ends when the client has read, or is cut off.
 */
final class StreamedResponse implements ResponseSink {
    private static final int PIECE_BYTES = 64 << 10;
    private static final byte[] NOTHING = {};

    private final ClientConnection connection;
    private final Method method;
    private final RoutingResponse response;
    private final Duration timeMax;

    /** Empty until the body is whole. */
    private final Map<HeaderName, String> trailers = new LinkedHashMap<>();

    /** Of one write, kept for the next. */
    private byte[] piece = NOTHING;

    private @Nullable OutputStream out;
    private boolean begun;
    private boolean complete;
    private long sent;
    private @Nullable String invalid;

    /** @param timeMax how long the client may take to read a piece */
    StreamedResponse(ClientConnection connection, Method method, RoutingResponse response, Duration timeMax) {
        this.connection = connection;
        this.method = method;
        this.response = response;
        this.timeMax = timeMax;
    }

    /** Whether anything of it went out, or may have: no other response can be sent then. */
    boolean hasBegun() {
        return begun;
    }

    @Override
    public boolean isComplete() {
        return complete;
    }

    /** What is wrong with its head, where that is why the function was stopped. */
    @Nullable
    String invalid() {
        return invalid;
    }

    @Override
    public @Nullable Outcome send(Invocation invocation) {
        InvocationSlot slot = invocation.slot();
        Frame frame = slot.frame();
        int state = frame.responseState();
        int body = frame.responseBody();
        long length = body < 0 ? 0 : slot.bufferLength(body);
        boolean whole = state == FrameLayout.RESPONSE_FINISHED;
        if (complete || state == FrameLayout.RESPONSE_BROKEN || (length == 0 && !whole)) {
            return null;
        }
        if (!whole && sent + length == frame.responseLength()) {
            // What makes the response whole to its client goes when the function has said that it is.
            return null;
        }
        if (sent + length > invocation.route().limits().responseBodyBytesMax()) {
            return Outcome.RESPONSE_TOO_LARGE;
        }
        if (sent + length > invocation.egressLeft()) {
            return Outcome.EGRESS_LIMIT;
        }
        invalid = whole && frame.responseTrailerCount() > 0
                ? ResponseHeaders.trailers(slot.responseHead(), trailers)
                : null;
        if (!begun && invalid == null) {
            // With trailers it goes in chunks, as they stand behind the last.
            invalid = begin(invocation, whole && trailers.isEmpty() ? length : frame.responseLength());
        }
        if (invalid != null) {
            return Outcome.RESPONSE_INVALID;
        }
        try {
            write(slot.buffers(), body, length);
            complete = whole;
            if (whole) {
                connection.waitFor(timeMax);
                addTrailers();
                response.commit();
            }
            return null;
        } catch (IOException | UncheckedIOException | CloseConnectionException e) {
            return Outcome.CLIENT_GONE;
        } finally {
            connection.waitNoMore();
            invocation.sent(frame.responseStatus(), sent);
        }
    }

    private void addTrailers() {
        if (out != null && !trailers.isEmpty()) {
            if (!response.headers().contains(HeaderNames.TRAILER)) {
                // Too late to be sent, but it is what the server goes by.
                announceTrailers();
            }
            trailers.forEach((name, value) -> response.trailers().set(HeaderValues.create(name, value)));
        }
    }

    private void announceTrailers() {
        String names = trailers.keySet().stream().map(HeaderName::lowerCase).collect(Collectors.joining(", "));
        response.headers().set(HeaderValues.create(HeaderNames.TRAILER, names));
    }

    /** @return null, or what is wrong with the head */
    private @Nullable String begin(Invocation invocation, long length) {
        InvocationSlot slot = invocation.slot();
        int status = slot.frame().responseStatus();
        String wrong = ResponseHeaders.copyHead(status, slot.responseHead(), response.headers());
        if (wrong != null) {
            response.reset();
            return wrong;
        }
        begun = true;
        response.header(HeaderValues.create(InvokeHandler.INVOCATION_ID, invocation.id()));
        InvokeHandler.sayStart(invocation, response);
        response.status(ResponseHeaders.status(status));
        boolean empty = ResponseHeaders.hasNoBody(status);
        if (length >= 0 && !empty) {
            response.headers().contentLength(length);
        } else if (!trailers.isEmpty()) {
            announceTrailers();
        }
        if (empty || method.equals(Method.HEAD) || length == 0) {
            response.send(NOTHING);
        } else {
            out = response.outputStream();
        }
        return null;
    }

    /** Where no body may be sent it is dropped. */
    private void write(InvocationBuffers buffers, int body, long length) throws IOException {
        OutputStream out = this.out;
        if (length == 0) {
            return;
        }
        if (out != null) {
            try (InputStream in = buffers.take(body)) {
                int wanted = (int) Math.min(length, PIECE_BYTES);
                if (piece.length < wanted) {
                    piece = new byte[wanted];
                }
                for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
                    connection.waitFor(timeMax);
                    out.write(piece, 0, read);
                    sent += read;
                }
                out.flush();
            }
        }
        buffers.empty(body);
    }
}
