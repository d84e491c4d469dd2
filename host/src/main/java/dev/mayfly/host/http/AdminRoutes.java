package dev.mayfly.host.http;

import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Method;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.ServerResponse;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** What does each operation of the admin API. On the paths of these, any other method is answered with those that there are. */
final class AdminRoutes {
    private final Map<AdminOperation, Handler> handlers = new EnumMap<>(AdminOperation.class);

    AdminRoutes on(AdminOperation operation, Handler handler) {
        handlers.put(operation, handler);
        return this;
    }

    /** @throws IllegalStateException when an operation has no handler */
    void register(HttpRules rules) {
        Map<String, String> allowed = new LinkedHashMap<>();
        for (AdminOperation operation : AdminOperation.values()) {
            Handler handler = handlers.get(operation);
            if (handler == null) {
                throw new IllegalStateException("nothing does " + operation);
            }
            rules.route(Method.create(operation.method()), operation.path(), handler);
            allowed.merge(operation.path(), operation.method(), (some, more) -> some + ", " + more);
        }
        allowed.forEach((path, methods) -> rules.any(path, (request, response) -> notAllowed(response, methods)));
    }

    private static void notAllowed(ServerResponse response, String allowed) {
        response.header(HeaderValues.create(HeaderNames.ALLOW, allowed));
        Problem.of(ProblemType.METHOD_NOT_ALLOWED, "allowed here: " + allowed).send(response);
    }
}
