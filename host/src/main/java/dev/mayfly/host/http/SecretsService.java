package dev.mayfly.host.http;

import dev.mayfly.engine.MayflyException;
import dev.mayfly.host.secrets.SecretVault;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;

/**
 * The API that manages a tenant's secrets. Values go in and never out.
 *
 * <pre>
 *   GET    /v1/secrets            names, and when each was set
 *   PUT    /v1/secrets/{name}     the body is the value, UTF-8 text
 *   DELETE /v1/secrets/{name}
 *   POST   /v1/secrets-key        seals all of them with a new key
 * </pre>
 */
final class SecretsService {
    private final SecretVault vault;

    SecretsService(SecretVault vault) {
        this.vault = vault;
    }

    void register(AdminRoutes routes) {
        routes.on(AdminOperation.LIST_SECRETS, this::list)
                .on(AdminOperation.SET_SECRET, this::set)
                .on(AdminOperation.REMOVE_SECRET, this::remove)
                .on(AdminOperation.ROTATE_SECRETS_KEY, this::rotateKey);
    }

    private void list(ServerRequest request, ServerResponse response) {
        Map<String, Instant> names = vault.list(Caller.of(request).tenant());
        Json.send(response, json -> {
            json.writeStartObject();
            json.writeArrayFieldStart("secrets");
            for (Map.Entry<String, Instant> secret : names.entrySet()) {
                json.writeStartObject();
                json.writeStringField("name", secret.getKey());
                json.writeStringField("updatedAt", secret.getValue().toString());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        });
    }

    private void set(ServerRequest request, ServerResponse response) {
        byte[] value = SmallBody.bytes(request, SecretVault.VALUE_BYTES_MAX, "secret-bytes-max");
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(value));
        } catch (CharacterCodingException e) {
            throw new MayflyException.Invalid(
                    "the value is not UTF-8 text: encode what is binary, as base64 for example");
        }
        vault.set(Caller.of(request).tenant(), name(request), value);
        response.status(Status.NO_CONTENT_204).send();
    }

    private void remove(ServerRequest request, ServerResponse response) {
        if (vault.remove(Caller.of(request).tenant(), name(request))) {
            response.status(Status.NO_CONTENT_204).send();
        } else {
            Problem.of(ProblemType.NOT_FOUND, "no secret is called " + name(request))
                    .send(response);
        }
    }

    private void rotateKey(ServerRequest request, ServerResponse response) {
        vault.rotateKey();
        response.status(Status.NO_CONTENT_204).send();
    }

    private static String name(ServerRequest request) {
        return request.path().pathParameters().get("name");
    }
}
