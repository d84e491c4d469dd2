package dev.mayfly.host.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.helidon.http.HeaderValues;
import io.helidon.webserver.http.ServerResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * JSON out, written piece by piece: the first problem document of a host's life must not wait for a data binding library to warm up.
 */
final class Json {
    private static final JsonFactory FACTORY = new JsonFactory();

    private Json() {}

    @FunctionalInterface
    interface Content {
        void write(JsonGenerator json) throws IOException;
    }

    static byte[] bytes(Content content) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
        try (JsonGenerator json = FACTORY.createGenerator(bytes)) {
            content.write(json);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory can't fail", e);
        }
        return bytes.toByteArray();
    }

    static void send(ServerResponse response, Content content) {
        response.header(HeaderValues.CONTENT_TYPE_JSON);
        response.send(bytes(content));
    }
}
