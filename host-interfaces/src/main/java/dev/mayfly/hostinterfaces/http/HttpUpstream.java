package dev.mayfly.hostinterfaces.http;

import dev.mayfly.hostinterfaces.Body;
import dev.mayfly.hostinterfaces.Deadline;
import dev.mayfly.hostinterfaces.HostError;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One origin and the connections to it: what is behind an {@code http} binding.
 *
 * <p>Threads: any. Errors: {@link HostError}: {@code UNAVAILABLE} when it can't be reached, answers garbage, has a wrong certificate or resets;
 * {@code TIMEOUT} past the deadline; {@code PERMISSION_DENIED} for an address or a redirect that isn't granted; {@code INVALID} for a path, method or
 * header that can't be sent; {@code LIMIT_EXCEEDED} past a limit of the binding.
 */
public interface HttpUpstream extends AutoCloseable {
    /**
     * What to ask.
     *
     * @param pathAndQuery starts with {@code /}; percent-encoded
     * @param headers in order; hop-by-hop ones, {@code host} and {@code content-length} are the host's to write and refused here
     * @param body read to its end by the calling thread; null where there is none. The caller closes it
     */
    record Request(
            String method,
            String pathAndQuery,
            List<Map.Entry<String, String>> headers,
            @Nullable Body body) {}

    /**
     * What came back, as soon as its head did.
     *
     * @param headers names in lower case, without hop-by-hop ones
     * @param body streams from the connection, which goes back to the pool at its end; the caller closes it, and a connection whose body was
     *     not read to its end is closed. A fault while it is read is an {@link java.io.IOException} with a {@link HostError} as its cause
     */
    record Response(int status, List<Map.Entry<String, String>> headers, Body body) {}

    Response send(Request request, Deadline deadline);

    /** Where its requests go. */
    Origin origin();

    /** Connections open right now, idle ones among them. */
    int connectionsOpen();

    @Override
    void close();
}
