package dev.mayfly.host.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mayfly.client.HostJson;
import java.io.IOException;
import java.io.UncheckedIOException;

/** JSON as the host sends it and as {@code --output json} prints it. */
final class Json {
    private Json() {}

    /** @throws IOException when {@code text} isn't JSON */
    static JsonNode parse(byte[] text) throws IOException {
        return HostJson.mapper().readTree(text);
    }

    /** What the host answered, by the names it has there. */
    static JsonNode tree(Object answer) {
        return HostJson.mapper().valueToTree(answer);
    }

    /** An object to fill. */
    static ObjectNode object() {
        return HostJson.mapper().createObjectNode();
    }

    static String pretty(Object value) {
        try {
            return HostJson.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(value);
        } catch (JsonProcessingException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }
}
