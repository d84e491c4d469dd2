package dev.mayfly.host.http;

import dev.mayfly.engine.MayflyException;
import dev.mayfly.host.access.Tenant;
import dev.mayfly.host.catalog.Alias;
import dev.mayfly.host.catalog.AliasChange;
import dev.mayfly.host.deploy.Releases;
import dev.mayfly.host.invoke.Route;
import dev.mayfly.host.invoke.RoutedAlias;
import dev.mayfly.host.invoke.RoutedFunction;
import dev.mayfly.host.invoke.Routes;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * The API that manages functions' versions and aliases.
 *
 * <pre>
 *   GET    /v1/functions/{name}/versions
 *   DELETE /v1/functions/{name}/versions/{number}          unless an alias points to it
 *   GET    /v1/functions/{name}/aliases
 *   GET    /v1/functions/{name}/aliases/{alias}            with its history
 *   PUT    /v1/functions/{name}/aliases/{alias}            {@link AliasRequest}
 *   DELETE /v1/functions/{name}/aliases/{alias}
 *   POST   /v1/functions/{name}/rollback?alias=live        to what the alias pointed to before
 * </pre>
 */
final class VersionsService {
    private final Releases releases;
    private final Routes routes;

    VersionsService(Releases releases, Routes routes) {
        this.releases = releases;
        this.routes = routes;
    }

    void register(AdminRoutes routes) {
        routes.on(AdminOperation.LIST_VERSIONS, this::versions)
                .on(AdminOperation.REMOVE_VERSION, this::removeVersion)
                .on(AdminOperation.LIST_ALIASES, this::aliases)
                .on(AdminOperation.SHOW_ALIAS, this::alias)
                .on(AdminOperation.MOVE_ALIAS, this::putAlias)
                .on(AdminOperation.REMOVE_ALIAS, this::removeAlias)
                .on(AdminOperation.ROLL_BACK, this::rollBack);
    }

    private void versions(ServerRequest request, ServerResponse response) {
        RoutedFunction function = Caller.function(request, routes);
        Map<Integer, Instant> lastInvoked = releases.lastInvoked(function);
        Json.send(response, json -> {
            json.writeStartObject();
            json.writeStringField("name", Tenant.shortName(function.name()));
            json.writeArrayFieldStart("versions");
            for (Route route : function.versions().reversed().values()) {
                json.writeStartObject();
                FunctionJson.writeVersion(json, route.version());
                json.writeArrayFieldStart("aliases");
                for (RoutedAlias alias : function.aliases().values()) {
                    if (alias.alias().pointsTo(route.version().number())) {
                        json.writeString(alias.alias().name());
                    }
                }
                json.writeEndArray();
                json.writeStringField("createdAt", route.version().createdAt().toString());
                Instant invoked = lastInvoked.get(route.version().number());
                if (invoked != null) {
                    json.writeStringField("lastInvokedAt", invoked.toString());
                }
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        });
    }

    private void removeVersion(ServerRequest request, ServerResponse response) {
        RoutedFunction function = Caller.function(request, routes);
        int number;
        try {
            number = Integer.parseInt(parameter(request, "number"));
        } catch (NumberFormatException e) {
            throw new MayflyException.NotFound("the path's last segment is no version's number");
        }
        releases.removeVersion(function.name(), number);
        response.status(Status.NO_CONTENT_204).send();
    }

    private void aliases(ServerRequest request, ServerResponse response) {
        RoutedFunction function = Caller.function(request, routes);
        Json.send(response, json -> {
            json.writeStartObject();
            json.writeArrayFieldStart("aliases");
            for (RoutedAlias alias : function.aliases().values()) {
                json.writeStartObject();
                FunctionJson.writeAlias(json, alias, function);
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        });
    }

    private void alias(ServerRequest request, ServerResponse response) {
        sendAlias(response, Caller.function(request, routes), parameter(request, "alias"));
    }

    /** The alias as it is now. */
    private void sendAlias(ServerResponse response, RoutedFunction function, String name) {
        RoutedAlias alias = function.aliases().get(name);
        if (alias == null) {
            throw new MayflyException.NotFound(Tenant.shortName(function.name()) + " has no alias " + name);
        }
        List<AliasChange> changes = releases.changes(function.name(), name);
        Json.send(response, json -> {
            json.writeStartObject();
            FunctionJson.writeAlias(json, alias, function);
            json.writeArrayFieldStart("history");
            for (AliasChange change : changes) {
                json.writeStartObject();
                FunctionJson.writeChange(json, change);
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        });
    }

    private void putAlias(ServerRequest request, ServerResponse response) {
        byte[] body = body(request);
        String name = parameter(request, "alias");
        try {
            RoutedFunction function = Caller.function(request, routes);
            if (body.length > AliasRequest.BYTES_MAX) {
                throw new MayflyException.Invalid(
                        "an alias takes no more than " + AliasRequest.BYTES_MAX + " bytes to describe");
            }
            AliasRequest asked = AliasRequest.parse(body, releases.now());
            releases.move(
                    function.name(),
                    name,
                    asked.targets(),
                    asked.sticky(),
                    asked.rollout(),
                    "moved to " + Alias.Target.text(asked.targets()));
        } catch (MayflyException.Invalid e) {
            Problem.of(ProblemType.INVALID_ALIAS, e.safeMessage()).send(response);
            ClientConnection.of(request).discardBody(request);
            return;
        }
        sendAlias(response, Caller.function(request, routes), name);
    }

    private static byte[] body(ServerRequest request) {
        if (!request.content().hasEntity()) {
            return new byte[0];
        }
        try {
            return BodyStream.of(request).readNBytes(AliasRequest.BYTES_MAX + 1);
        } catch (BodyStream.Malformed e) {
            throw new CloseConnectionException("nobody knows where the next request begins", e);
        } catch (IOException e) {
            throw new CloseConnectionException("the client went away while it sent an alias", e);
        }
    }

    private void removeAlias(ServerRequest request, ServerResponse response) {
        releases.removeAlias(Caller.function(request, routes).name(), parameter(request, "alias"));
        response.status(Status.NO_CONTENT_204).send();
    }

    private void rollBack(ServerRequest request, ServerResponse response) {
        String alias = request.query().first("alias").orElse(Alias.LIVE);
        releases.rollBack(Caller.function(request, routes).name(), alias);
        sendAlias(response, Caller.function(request, routes), alias);
    }

    private static String parameter(ServerRequest request, String name) {
        return request.path().pathParameters().get(name);
    }
}
