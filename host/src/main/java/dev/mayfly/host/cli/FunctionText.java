package dev.mayfly.host.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mayfly.host.quantity.ByteSize;
import dev.mayfly.host.quantity.Share;
import dev.mayfly.host.quantity.TimeSpan;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.StringJoiner;
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

    /** Of a call: {@code 4.2 µs}, {@code 12.5 ms}, {@code 1.25 s}. */
    static String duration(long ns) {
        return ns < 1_000_000
                ? String.format(Locale.ROOT, "%.1f µs", ns / 1e3)
                : ns < 1_000_000_000
                        ? String.format(Locale.ROOT, "%.1f ms", ns / 1e6)
                        : String.format(Locale.ROOT, "%.2f s", ns / 1e9);
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

    /** {@code 7 95 %, 8 5 %}, or {@code 7} where it gets all calls. */
    static String targets(JsonNode targets) {
        long sum = 0;
        for (JsonNode target : targets) {
            sum += target.path("weight").asLong();
        }
        StringJoiner text = new StringJoiner(", ");
        for (JsonNode target : targets) {
            String version = target.path("version").asText();
            Share share = new Share((double) target.path("weight").asLong() / sum);
            text.add(targets.size() == 1 ? version : version + " " + share);
        }
        return text.toString();
    }

    /** What is said of an alias that was looked at or moved. */
    static String alias(String function, JsonNode alias) {
        String sticky =
                alias.has("sticky") ? ", sticky by " + alias.path("sticky").asText() : "";
        String rollout = alias.has("rollout") ? "; " + rollout(alias.path("rollout")) : "";
        return alias.path("name").asText() + " of " + function + " is version " + targets(alias.path("targets"))
                + sticky + rollout;
    }

    /** How a canary is doing, or a dash. */
    static String rollout(JsonNode rollout) {
        if (rollout.isMissingNode()) {
            return "-";
        }
        return "version " + rollout.path("version").asText() + " is promoted after "
                + new TimeSpan(Duration.ofMillis(rollout.path("promoteAfterMs").asLong())) + ": "
                + rollout.path("calls").asLong() + " calls, "
                + new Share(rollout.path("errorRate").asDouble()) + " failed";
    }

    /** What is said of a function that was just deployed. */
    static String deployment(JsonNode function) {
        String compiled = "compiled in "
                + new TimeSpan(Duration.ofMillis(function.path("compileMs").asLong()));
        long reused = function.path("functionsReused").asLong();
        if (reused > 0) {
            compiled += " (" + reused + " of "
                    + (reused + function.path("functionsCompiled").asLong()) + " functions as before)";
        }
        String version = " (version " + function.path("version").asText()
                + (function.path("versionCreated").asBoolean() ? "" : ", as before") + ")";
        return function.path("name").asText() + " is deployed: " + size(function, "componentBytes") + ", " + compiled
                + " to " + size(function, "artifactBytes") + granted(function.path("bindings")) + version
                + (function.has("madeFrom")
                        ? "; made from " + function.path("madeFrom").asText()
                        : "");
    }

    private static String granted(JsonNode bindings) {
        return bindings.isEmpty()
                ? ""
                : bindings.properties().stream()
                        .map(entry -> entry.getKey() + " = " + entry.getValue().asText())
                        .collect(Collectors.joining(", ", ", with ", ""));
    }
}
