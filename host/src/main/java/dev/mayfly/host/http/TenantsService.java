package dev.mayfly.host.http;

import dev.mayfly.host.access.KeyStore;
import dev.mayfly.host.access.Tenant;
import dev.mayfly.host.invoke.Routes;
import dev.mayfly.host.secrets.SecretVault;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.Instant;
import java.util.Map;

/**
 * The API that manages tenants.
 *
 * <pre>
 *   GET    /v1/tenants
 *   PUT    /v1/tenants/{tenant}    adds one; nothing happens when it is there
 *   DELETE /v1/tenants/{tenant}    with its keys and secrets, once its functions are removed
 * </pre>
 */
final class TenantsService {
    private final KeyStore keys;
    private final Routes routes;
    private final SecretVault secrets;

    TenantsService(KeyStore keys, Routes routes, SecretVault secrets) {
        this.keys = keys;
        this.routes = routes;
        this.secrets = secrets;
    }

    void register(AdminRoutes routes) {
        routes.on(AdminOperation.LIST_TENANTS, this::list)
                .on(AdminOperation.ADD_TENANT, this::add)
                .on(AdminOperation.REMOVE_TENANT, this::remove);
    }

    private void list(ServerRequest request, ServerResponse response) {
        Json.send(response, json -> {
            json.writeStartObject();
            json.writeArrayFieldStart("tenants");
            for (Map.Entry<Tenant, Instant> tenant : keys.tenants().entrySet()) {
                json.writeStartObject();
                json.writeStringField("name", tenant.getKey().name());
                json.writeNumberField("functions", functionCount(tenant.getKey()));
                json.writeStringField("createdAt", tenant.getValue().toString());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        });
    }

    private long functionCount(Tenant tenant) {
        return routes.all().stream().filter(route -> tenant.owns(route.name())).count();
    }

    private void add(ServerRequest request, ServerResponse response) {
        Tenant tenant = tenant(request);
        response.status(keys.addTenant(tenant) ? Status.CREATED_201 : Status.OK_200);
        Json.send(response, json -> {
            json.writeStartObject();
            json.writeStringField("name", tenant.name());
            json.writeEndObject();
        });
    }

    private void remove(ServerRequest request, ServerResponse response) {
        Tenant tenant = tenant(request);
        long functions = tenant.equals(Tenant.DEFAULT) ? 0 : functionCount(tenant);
        if (functions > 0) {
            Problem.of(ProblemType.CONFLICT, "tenant " + tenant + " has " + functions + " functions: remove them first")
                    .send(response);
        } else if (keys.removeTenant(tenant)) {
            secrets.reload();
            response.status(Status.NO_CONTENT_204).send();
        } else {
            Problem.of(ProblemType.NOT_FOUND, "no tenant is called " + tenant).send(response);
        }
    }

    private static Tenant tenant(ServerRequest request) {
        return new Tenant(request.path().pathParameters().get("tenant"));
    }
}
