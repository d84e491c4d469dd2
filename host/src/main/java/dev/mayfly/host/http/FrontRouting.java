package dev.mayfly.host.http;

import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.ServerRequestHeaders;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.Router;
import io.helidon.webserver.Routing;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.HttpSecurity;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes calls of functions straight to {@link InvokeHandler}, and leaves the rest to the web server's routing with its filters, path patterns and
 * per-request context, none of which a call needs.
 */
final class FrontRouting implements HttpRouting {
    /** Paths that start so are calls of the default tenant's functions. */
    static final String CALLS = "/f/";

    /** Paths that start so are calls of a tenant's functions: {@code /t/{tenant}/f/{name}}. */
    static final String TENANT_CALLS = "/t/";

    /** What needs no key, on either port. */
    private static final String HEALTH = "/observe/health";

    private final InvokeHandler calls;
    /** Null where the admin API isn't. */
    private final @Nullable AdminGate admin;
    /** Set when the server was built: its routing is known from the first connection on. */
    private volatile HttpRouting rest = HttpRouting.empty();

    private volatile boolean draining;

    FrontRouting(InvokeHandler calls, @Nullable AdminGate admin) {
        this.calls = calls;
        this.admin = admin;
    }

    /** Puts itself before the HTTP routing of {@code router}. */
    Router before(Router router) {
        rest = router.routing(HttpRouting.class, HttpRouting.empty());
        return new FrontRouter(router, this);
    }

    /** From now on the next request of each connection is its last. */
    void drain() {
        draining = true;
    }

    @Override
    public void route(ConnectionContext context, RoutingRequest request, RoutingResponse response) {
        ClientConnection connection = (ClientConnection) context;
        connection.waitNoMore();
        ServerRequestHeaders headers = request.headers();
        boolean last = draining || headers.contains(HeaderValues.CONNECTION_CLOSE);
        if (last && connection.isHttp1()) {
            response.header(HeaderValues.CONNECTION_CLOSE);
        }
        if (headers.contains(HeaderNames.CONTENT_LENGTH)
                && headers.get(HeaderNames.CONTENT_LENGTH).get().startsWith("-")) {
            // The server takes it for a body in chunks.
            Problem.of(ProblemType.INVALID_REQUEST, "Content-Length is negative")
                    .send(response);
            throw new CloseConnectionException("nobody knows where the next request begins");
        }
        connection.begin();
        try {
            route(connection, request, response);
        } finally {
            connection.end();
        }
        if (last && connection.isHttp1()) {
            // The server says so in its response and then waits for the next request all the same.
            throw new CloseConnectionException("the last request of this connection");
        }
    }

    private void route(ClientConnection connection, RoutingRequest request, RoutingResponse response) {
        String path = request.prologue().uriPath().rawPath();
        if (path.startsWith(CALLS) || path.startsWith(TENANT_CALLS)) {
            calls.handle(connection, path, request, response);
        } else if (!isPlain(path)) {
            // The server's routing would take a;b for a, /x/. for /x and //x for /x.
            Problem.of(ProblemType.INVALID_REQUEST, "the path has characters or segments that none here has")
                    .send(response);
            connection.discardBody(request);
        } else {
            request.context().register(connection);
            if (admin != null && !path.startsWith(HEALTH)) {
                admin.route(connection, path, request, response, rest);
            } else if (!AdminAction.isAdmin(path)) {
                rest.route(connection, request, response);
            } else {
                Problem.of(ProblemType.NOT_FOUND, "the admin API has a port of its own: by default the next one")
                        .send(response);
                connection.discardBody(request);
            }
        }
    }

    /** Whether a path is its own shortest form, with nothing in it to decode. */
    private static boolean isPlain(String path) {
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c == '%'
                    || c == ';'
                    || c == '\\'
                    || (c == '/' && (path.startsWith("/.", i) || path.startsWith("//", i)))) {
                return false;
            }
        }
        return path.startsWith("/");
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
