package dev.mayfly.host.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mayfly.host.config.HostSettings;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a host says when it refuses (RFC 9457, with Mayfly's extension members), and how it is shown.
 *
 * @param slug the last part of its type, {@code urn:mayfly:problem:<slug>}
 * @param status the HTTP status it came with
 * @param title what kind of problem it is
 * @param detail what happened this time; empty when the host says no more than the title
 * @param instance the invocation it happened in
 * @param limit the limit that was met
 * @param trap what the function's code ran into
 * @param missingImports what a component asks for and the host doesn't offer
 * @param retryAfterSeconds when the same request may succeed; 0 = unknown
 */
record ProblemDocument(
        String slug,
        int status,
        String title,
        String detail,
        @Nullable String instance,
        @Nullable String limit,
        @Nullable String trap,
        List<String> missingImports,
        long retryAfterSeconds) {
    static final String MEDIA_TYPE = "application/problem+json";

    private static final String DEADLINE = "deadline-exceeded";

    private static final String TYPE_PREFIX = "urn:mayfly:problem:";

    /** The problem in {@code json}, or null when it isn't one of a Mayfly host but, say, of a function that writes such documents itself. */
    static @Nullable ProblemDocument from(int status, JsonNode json) {
        String type = json.path("type").asText("");
        if (!type.startsWith(TYPE_PREFIX)) {
            return null;
        }
        List<String> missing = new ArrayList<>();
        json.path("imports").forEach(line -> missing.add(line.asText()));
        return new ProblemDocument(
                type.substring(TYPE_PREFIX.length()),
                status,
                json.path("title").asText("the host refused"),
                json.path("detail").asText(""),
                textOrNull(json, "instance"),
                textOrNull(json, "limit"),
                textOrNull(json, "trap"),
                List.copyOf(missing),
                json.path("retryAfterSeconds").asLong(0));
    }

    private static @Nullable String textOrNull(JsonNode json, String member) {
        JsonNode value = json.path(member);
        return value.isValueNode() && !value.isNull() ? value.asText() : null;
    }

    /** @param what was tried, as the beginning of a sentence: {@code hello was not deployed} */
    CommandFailure asFailure(String what) {
        List<String> lines = new ArrayList<>();
        detail.lines()
                .map(String::stripTrailing)
                .map(Terminal::printable)
                .filter(line -> !line.isEmpty())
                .forEach(lines::add);
        // The detail may list them already, which is no reason to show them twice.
        missingImports.stream().filter(line -> !detail.contains(line)).forEach(line -> lines.add("  " + line));
        if (trap != null && !detail.contains(trap)) {
            lines.add("trap: " + trap);
        }
        if (limit != null) {
            String option = HostSettings.optionOfLimit(limit);
            lines.add("limit: " + limit
                    + (option == null ? "" : "; the host's is set by: mayfly serve " + option + " VALUE"));
        }
        if (retryAfterSeconds > 0) {
            lines.add("try again in " + retryAfterSeconds + " s");
        }
        String next = nextStep();
        if (next != null) {
            lines.add(next);
        }
        if (instance != null) {
            lines.add("invocation: " + instance);
        }
        return new CommandFailure(
                slug.equals(DEADLINE) ? ExitCode.TIMED_OUT : ExitCode.FAILED, what + ": " + title, lines);
    }

    private @Nullable String nextStep() {
        return switch (slug) {
            case "unauthenticated" ->
                "say which key to send: --key @FILE or $MAYFLY_KEY; the operator's is admin.key in the host's data folder";
            case "permission-denied" -> "who has an admin key makes one that may: mayfly key create --allow SCOPE:NAME";
            case "not-found" -> "mayfly list shows what is deployed";
            case "invalid-name" ->
                "a name is 1 to 63 lower-case letters, digits and dashes, with no dash at either end";
            case "not-a-component" ->
                "deploy takes a WebAssembly component, a core module built with wit-bindgen, or the text of either";
            case "unknown-binding" -> "mayfly bindings shows what the host has; its mayfly.yaml declares them";
            case "host-failed" -> "the host's log has the cause";
            default -> null;
        };
    }
}
