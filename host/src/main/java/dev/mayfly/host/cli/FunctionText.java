package dev.mayfly.host.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mayfly.host.quantity.ByteSize;
import dev.mayfly.host.quantity.TimeSpan;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.stream.Collectors;

/** Members of the host's description of a function, as people read them. */
final class FunctionText {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss").withZone(ZoneId.systemDefault());

    // As git shortens its digests: enough to tell two components apart by eye.
    private static final int SHORT_DIGEST_LENGTH = 12;

    private FunctionText() {}

    static String size(JsonNode function, String member) {
        JsonNode bytes = function.path(member);
        return bytes.isIntegralNumber() ? new ByteSize(bytes.asLong()).toString() : "-";
    }

    static String shortDigest(JsonNode function) {
        String digest = function.path("digest").asText().replaceFirst("^sha256:", "");
        return digest.substring(0, Math.min(digest.length(), SHORT_DIGEST_LENGTH));
    }

    /** In this machine's time zone. */
    static String time(JsonNode function, String member) {
        String text = function.path(member).asText();
        try {
            return TIME.format(Instant.parse(text));
        } catch (DateTimeParseException unknown) {
            return text;
        }
    }

    /** What is said of a function that was just deployed. */
    static String deployment(JsonNode function) {
        String compiled = "compiled in "
                + new TimeSpan(Duration.ofMillis(function.path("compileMs").asLong()));
        return function.path("name").asText() + " is deployed: " + size(function, "componentBytes") + ", " + compiled
                + " to " + size(function, "artifactBytes") + granted(function.path("bindings"));
    }

    private static String granted(JsonNode bindings) {
        return bindings.isEmpty()
                ? ""
                : bindings.properties().stream()
                        .map(entry -> entry.getKey() + " = " + entry.getValue().asText())
                        .collect(Collectors.joining(", ", ", with ", ""));
    }
}
