package dev.mayfly.host.http;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.mayfly.host.access.Tenant;
import dev.mayfly.host.bindings.Bindings;
import dev.mayfly.host.invoke.RoutedFunction;
import dev.mayfly.host.invoke.Routes;
import dev.mayfly.hostinterfaces.Binding;
import dev.mayfly.hostinterfaces.Grant;
import dev.mayfly.hostinterfaces.OperationStats;
import dev.mayfly.hostinterfaces.http.HttpUpstream;
import dev.mayfly.hostinterfaces.sql.SqlDatabase;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Answers {@code GET /v1/bindings}: the bindings that the host is configured with, who is granted them and what they are doing. Where they lead and
 * with which credentials stays on the host.
 */
final class BindingsService implements Handler {
    private final Bindings bindings;
    private final Routes routes;

    BindingsService(Bindings bindings, Routes routes) {
        this.bindings = bindings;
        this.routes = routes;
    }

    @Override
    public void handle(ServerRequest request, ServerResponse response) {
        Caller caller = Caller.of(request);
        List<RoutedFunction> seen = routes.all().stream()
                .filter(function -> caller.sees(function.name()))
                .toList();
        Json.send(response, json -> {
            json.writeStartObject();
            json.writeArrayFieldStart("bindings");
            for (Bindings.Configured configured : bindings.configured()) {
                if (!configured.isFor(caller.tenant())) {
                    continue;
                }
                json.writeStartObject();
                json.writeStringField("name", configured.binding().name());
                json.writeStringField("kind", configured.binding().kind().label());
                json.writeStringField("provider", configured.provider());
                json.writeNumberField("concurrencyMax", configured.concurrencyMax());
                writeUse(json, configured.binding(), seen);
                writeConnections(json, configured.binding().provider());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        });
    }

    private static void writeUse(JsonGenerator json, Binding binding, Collection<RoutedFunction> functions)
            throws IOException {
        int inUse = 0;
        json.writeArrayFieldStart("functions");
        for (RoutedFunction function : functions) {
            // Versions share the grant of a binding that they have in common.
            Optional<Grant> granted = function.versions().values().stream()
                    .flatMap(route -> route.context().grants().values().stream())
                    .filter(grant -> grant.isConfigured() && grant.binding() == binding)
                    .findFirst();
            if (granted.isPresent()) {
                json.writeString(Tenant.shortName(function.name()));
                inUse += granted.get().inUse();
            }
        }
        json.writeEndArray();
        long operations = 0;
        long errors = 0;
        for (OperationStats stats : binding.stats().values()) {
            operations += stats.latencyNs().getTotalCount();
            errors += stats.errors();
        }
        json.writeNumberField("inUse", inUse);
        json.writeNumberField("operations", operations);
        json.writeNumberField("errors", errors);
    }

    /** Of providers that have some; none open to a database means that it can't be reached. */
    private static void writeConnections(JsonGenerator json, Object provider) throws IOException {
        switch (provider) {
            case SqlDatabase database -> {
                json.writeNumberField("connectionsOpen", database.connectionsOpen());
                json.writeNumberField("connectionsInUse", database.connectionsInUse());
            }
            case HttpUpstream upstream -> json.writeNumberField("connectionsOpen", upstream.connectionsOpen());
            default -> {}
        }
    }
}
