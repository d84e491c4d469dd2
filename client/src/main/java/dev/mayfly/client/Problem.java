package dev.mayfly.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a host says when it refuses: a problem document (RFC 9457).
 *
 * @param type stable; {@code urn:mayfly:problem:not-found}
 * @param status the HTTP status it came with
 * @param title what kind of problem it is
 * @param detail what happened this time; empty when the host says no more than the title
 * @param instance the invocation it happened in
 * @param limit the limit that was met
 * @param trap what the function's code ran into
 * @param imports what a component asks for and the host doesn't offer
 * @param retryAfterSeconds when the same request may succeed; 0 = unknown
 */
public record Problem(
        String type,
        int status,
        String title,
        String detail,
        @Nullable String instance,
        @Nullable String limit,
        @Nullable String trap,
        List<String> imports,
        long retryAfterSeconds) {
    public static final String MEDIA_TYPE = "application/problem+json";

    private static final String TYPE_PREFIX = "urn:mayfly:problem:";

    /** The problem in {@code json}; none when it isn't a Mayfly host's but, say, a function's that writes such documents itself. */
    public static Optional<Problem> of(int status, JsonNode json) {
        if (!json.path("type").asText().startsWith(TYPE_PREFIX)) {
            return Optional.empty();
        }
        Problem said;
        try {
            said = HostJson.read(json, Problem.class);
        } catch (UncheckedIOException e) {
            return Optional.empty();
        }
        return Optional.of(new Problem(
                said.type,
                status,
                json.path("title").asText("the host refused"),
                json.path("detail").asText(),
                said.instance,
                said.limit,
                said.trap,
                said.imports,
                said.retryAfterSeconds));
    }

    /** The last part of the type: {@code not-found}. */
    public String slug() {
        return type.substring(TYPE_PREFIX.length());
    }
}
