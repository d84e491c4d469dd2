package dev.mayfly.host.http;

import dev.mayfly.host.catalog.Cors;
import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.http.ServerRequestHeaders;
import io.helidon.http.ServerResponseHeaders;
import io.helidon.http.Status;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import org.jspecify.annotations.Nullable;

/** Tells browsers which pages may call a function: the CORS protocol of the Fetch Standard, section 3.2. */
final class CorsHeaders {
    private CorsHeaders() {}

    /**
     * Answers a browser's question before a call, or sees to it that the response of the call itself says who may read it.
     *
     * @return whether it was the question, which is answered now and never reaches the function
     */
    static boolean answer(Cors cors, RoutingRequest request, RoutingResponse response) {
        ServerRequestHeaders headers = request.headers();
        if (!headers.contains(HeaderNames.ORIGIN)) {
            return false;
        }
        String origin = cors.allowed(headers.get(HeaderNames.ORIGIN).get());
        boolean asks = request.prologue().method().equals(Method.OPTIONS)
                && headers.contains(HeaderNames.ACCESS_CONTROL_REQUEST_METHOD);
        // What the function itself says about it is replaced: the operator decides.
        response.beforeSend(() -> write(cors, origin, asks, response.headers()));
        if (asks) {
            response.status(Status.NO_CONTENT_204).send();
        }
        return asks;
    }

    private static void write(Cors cors, @Nullable String origin, boolean asks, ServerResponseHeaders headers) {
        headers.remove(HeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN);
        if (!Cors.ANY.equals(origin)) {
            headers.add(HeaderNames.VARY, "Origin");
        }
        if (origin == null) {
            return;
        }
        headers.set(HeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        if (asks) {
            if (!cors.methods().isEmpty()) {
                headers.set(HeaderNames.ACCESS_CONTROL_ALLOW_METHODS, String.join(", ", cors.methods()));
            }
            if (!cors.headers().isEmpty()) {
                headers.set(HeaderNames.ACCESS_CONTROL_ALLOW_HEADERS, String.join(", ", cors.headers()));
            }
            headers.set(
                    HeaderNames.ACCESS_CONTROL_MAX_AGE,
                    Long.toString(cors.maxAge().toSeconds()));
        }
    }
}
