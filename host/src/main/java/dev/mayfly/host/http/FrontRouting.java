package dev.mayfly.host.http;

import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.Router;
import io.helidon.webserver.Routing;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.HttpSecurity;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import java.util.List;

/**
 * Takes calls of functions straight to {@link InvokeHandler}, and leaves the rest to the web server's routing with its filters, path patterns and
 * per-request context, none of which a call needs.
 */
final class FrontRouting implements HttpRouting {
    /** Paths that start so are calls. */
    static final String CALLS = "/f/";

    private final InvokeHandler calls;
    private final HttpRouting rest;

    FrontRouting(InvokeHandler calls, HttpRouting rest) {
        this.calls = calls;
        this.rest = rest;
    }

    /** Puts itself before the HTTP routing of {@code router}. */
    static Router before(Router router, InvokeHandler calls) {
        return new FrontRouter(router, new FrontRouting(calls, router.routing(HttpRouting.class, HttpRouting.empty())));
    }

    @Override
    public void route(ConnectionContext context, RoutingRequest request, RoutingResponse response) {
        ClientConnection connection = (ClientConnection) context;
        connection.waitFor(ClientConnection.Phase.NONE);
        String path = request.prologue().uriPath().rawPath();
        if (path.startsWith(CALLS)) {
            calls.handle(connection, path, request, response);
        } else if (!isPlain(path)) {
            // The server's routing would take a;b for a, and /x/. for /x.
            Problem.of(ProblemType.INVALID_REQUEST, "the path has characters or segments that none here has")
                    .send(response);
            connection.discardBody(request);
        } else {
            request.context().register(connection);
            rest.route(context, request, response);
        }
    }

    /** Whether a path is its own shortest form, with nothing in it to decode. */
    private static boolean isPlain(String path) {
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c == '%' || c == ';' || c == '\\' || (c == '/' && path.startsWith("/.", i))) {
                return false;
            }
        }
        return true;
    }

    @Override
    public HttpSecurity security() {
        return rest.security();
    }

    private record FrontRouter(Router router, FrontRouting front) implements Router {
        @Override
        public <T extends Routing> T routing(Class<T> type, T defaultValue) {
            return type == HttpRouting.class ? type.cast(front) : router.routing(type, defaultValue);
        }

        // The server tells its own router when it starts and stops.
        @Override
        public void beforeStart() {}

        @Override
        public void afterStop() {}

        @Override
        public List<? extends Routing> routings() {
            return router.routings();
        }
    }
}
