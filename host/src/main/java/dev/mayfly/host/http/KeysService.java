package dev.mayfly.host.http;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.mayfly.host.access.AdminKeyFile;
import dev.mayfly.host.access.ApiKey;
import dev.mayfly.host.access.IssuedKey;
import dev.mayfly.host.access.KeyStore;
import dev.mayfly.host.access.NamePattern;
import dev.mayfly.host.access.Permission;
import dev.mayfly.host.access.Scope;
import dev.mayfly.host.catalog.FunctionName;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The API that manages keys. A key's text is in the answer to the request that makes it, and never again.
 *
 * <pre>
 *   GET    /v1/keys
 *   POST   /v1/keys                       {"label":"ci","permissions":["deploy:orders-*"],"ttlMs":86400000,"hostWide":false}
 *   POST   /v1/keys/{id}/rotate           {"overlapMs":3600000}
 *   DELETE /v1/keys/{id}                  revokes it
 *   POST   /v1/functions/{name}/tokens    {"ttlMs":300000}: a key that may call this function, for a short time
 * </pre>
 */
final class KeysService {
    static final Duration TOKEN_TTL_MAX = Duration.ofHours(24);

    private static final Duration TOKEN_TTL = Duration.ofMinutes(5);
    private static final Duration OVERLAP = Duration.ofHours(1);
    static final Duration TTL_MAX = Duration.ofDays(3_650);

    private final KeyStore keys;
    private final AdminKeyFile adminKey;

    KeysService(KeyStore keys, AdminKeyFile adminKey) {
        this.keys = keys;
        this.adminKey = adminKey;
    }

    void register(AdminRoutes routes) {
        routes.on(AdminOperation.LIST_KEYS, this::list)
                .on(AdminOperation.CREATE_KEY, this::create)
                .on(AdminOperation.ROTATE_KEY, this::rotate)
                .on(AdminOperation.REVOKE_KEY, this::revoke)
                .on(AdminOperation.CREATE_TOKEN, this::token);
    }

    private void list(ServerRequest request, ServerResponse response) {
        Caller caller = Caller.of(request);
        boolean all = caller.key().hostWide() && !request.query().contains("tenant");
        Json.send(response, json -> {
            json.writeStartObject();
            json.writeArrayFieldStart("keys");
            for (ApiKey key : keys.keys()) {
                if (all || (isManagedBy(caller, key) && key.tenant().equals(caller.tenant()))) {
                    json.writeStartObject();
                    write(json, key);
                    json.writeEndObject();
                }
            }
            json.writeEndArray();
            json.writeEndObject();
        });
    }

    private void create(ServerRequest request, ServerResponse response) {
        Caller caller = Caller.of(request);
        SmallBody body = SmallBody.json(request, List.of("label", "permissions", "ttlMs", "hostWide"));
        boolean hostWide = body.bool("hostWide");
        if (hostWide && !caller.key().hostWide()) {
            Problem.of(ProblemType.PERMISSION_DENIED, "host-wide keys are made with the operator's keys")
                    .send(response);
            return;
        }
        List<Permission> permissions =
                body.texts("permissions").stream().map(Permission::parse).toList();
        send(
                response,
                keys.create(
                        caller.tenant(),
                        hostWide,
                        body.text("label", "key"),
                        permissions,
                        body.duration("ttlMs", TTL_MAX)));
    }

    private void token(ServerRequest request, ServerResponse response) {
        Caller caller = Caller.of(request);
        String name = FunctionName.require(request.path().pathParameters().get("name"));
        SmallBody body = SmallBody.json(request, List.of("ttlMs"));
        Duration ttl = Objects.requireNonNullElse(body.duration("ttlMs", TOKEN_TTL_MAX), TOKEN_TTL);
        long leftMs = caller.key().endsAtMs() - System.currentTimeMillis();
        if (ttl.toMillis() > leftMs) {
            // It is made by a key, and does not outlive it.
            ttl = Duration.ofMillis(Math.max(0, leftMs));
        }
        send(
                response,
                keys.create(
                        caller.tenant(),
                        false,
                        "token for " + name,
                        List.of(new Permission(Scope.INVOKE, new NamePattern(name))),
                        ttl));
    }

    private void rotate(ServerRequest request, ServerResponse response) {
        ApiKey key = find(request);
        Duration overlap = Objects.requireNonNullElse(
                SmallBody.json(request, List.of("overlapMs")).duration("overlapMs", TTL_MAX), OVERLAP);
        IssuedKey issued = key == null ? null : keys.rotate(key.id(), overlap);
        if (key == null || issued == null) {
            notFound(request, response);
        } else {
            adminKey.replaced(key, issued);
            send(response, issued);
        }
    }

    private void revoke(ServerRequest request, ServerResponse response) {
        ApiKey key = find(request);
        if (key == null || !keys.revoke(key.id())) {
            notFound(request, response);
        } else {
            adminKey.revoked(key);
            response.status(Status.NO_CONTENT_204).send();
        }
    }

    private @Nullable ApiKey find(ServerRequest request) {
        ApiKey key = keys.find(request.path().pathParameters().get("id"));
        return key != null && isManagedBy(Caller.of(request), key) ? key : null;
    }

    private static boolean isManagedBy(Caller caller, ApiKey key) {
        return caller.key().hostWide() || (!key.hostWide() && key.tenant().equals(caller.tenant()));
    }

    private static void notFound(ServerRequest request, ServerResponse response) {
        Problem.of(
                        ProblemType.NOT_FOUND,
                        "no live key has the id "
                                + request.path().pathParameters().get("id"))
                .send(response);
    }

    private static void send(ServerResponse response, IssuedKey issued) {
        response.status(Status.CREATED_201);
        Json.send(response, json -> {
            json.writeStartObject();
            json.writeStringField("key", issued.text());
            write(json, issued.key());
            json.writeEndObject();
        });
    }

    private static void write(JsonGenerator json, ApiKey key) throws IOException {
        json.writeStringField("id", key.id());
        json.writeStringField("label", key.label());
        json.writeStringField("tenant", key.tenant().name());
        json.writeBooleanField("hostWide", key.hostWide());
        json.writeArrayFieldStart("permissions");
        for (Permission permission : key.permissions()) {
            json.writeString(permission.toString());
        }
        json.writeEndArray();
        json.writeStringField("createdAt", key.createdAt().toString());
        if (key.endsAtMs() != ApiKey.NEVER) {
            json.writeStringField("endsAt", Instant.ofEpochMilli(key.endsAtMs()).toString());
        }
        json.writeStringField(
                "state", key.revoked() ? "revoked" : key.isLive(System.currentTimeMillis()) ? "live" : "expired");
    }
}
