package dev.mayfly.host.http;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.helidon.http.HeaderValues;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/** Answers {@code GET /v1/openapi.json}: what the admin API is, and how functions are called, as an OpenAPI 3.1 document. It is written as YAML. */
final class ApiDescription implements Handler {
    private static final String RESOURCE = "openapi.yaml";

    /** Few ask for it: a host doesn't read it when it starts. */
    private static final class Document {
        static final byte[] JSON = read();

        private static byte[] read() {
            try (InputStream yaml = Objects.requireNonNull(
                    ApiDescription.class.getResourceAsStream(RESOURCE), "there is no resource " + RESOURCE)) {
                return new JsonMapper().writeValueAsBytes(new YAMLMapper().readTree(yaml));
            } catch (IOException e) {
                throw new IllegalStateException(RESOURCE + " can't be read", e);
            }
        }
    }

    @Override
    public void handle(ServerRequest request, ServerResponse response) {
        response.header(HeaderValues.CONTENT_TYPE_JSON);
        response.send(Document.JSON);
    }
}
