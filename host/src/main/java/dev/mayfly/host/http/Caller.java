package dev.mayfly.host.http;

import dev.mayfly.engine.MayflyException;
import dev.mayfly.host.access.ApiKey;
import dev.mayfly.host.access.Scope;
import dev.mayfly.host.access.Tenant;
import dev.mayfly.host.invoke.RoutedFunction;
import dev.mayfly.host.invoke.Routes;
import io.helidon.webserver.http.ServerRequest;

/**
 * Who sent a request to the admin API. {@link AdminGate} has seen already that the key permits what the request's path and method say.
 *
 * @param tenant for whom it acts
 */
record Caller(ApiKey key, Tenant tenant) {
    static Caller of(ServerRequest request) {
        return request.context().get(Caller.class).orElseThrow();
    }

    /** The full name of the function that a request's path names. */
    static String functionName(ServerRequest request) {
        return of(request).tenant().fullName(request.path().pathParameters().get("name"));
    }

    /**
     * That function.
     *
     * @throws MayflyException.NotFound when there is none
     */
    static RoutedFunction function(ServerRequest request, Routes routes) {
        String name = functionName(request);
        RoutedFunction function = routes.function(name);
        if (function == null) {
            throw new MayflyException.NotFound("no function is called " + Tenant.shortName(name));
        }
        return function;
    }

    /** Whether it may know of a function: one of its tenant's that the key lets it see. */
    boolean sees(String fullName) {
        return tenant.owns(fullName) && key.permits(Scope.READ, Tenant.shortName(fullName));
    }
}
