package dev.mayfly.host.http;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.mayfly.engine.MayflyException;
import dev.mayfly.host.FunctionLimit;
import dev.mayfly.linkercache.ArtifactStore;
import io.helidon.http.Header;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A problem document (RFC 9457): what a client gets instead of what it asked for.
 *
 * <pre>{@code
 * {"type":"urn:mayfly:problem:body-too-large","title":"The request's body is too large","status":413,
 *  "detail":"…","instance":"01KA…","limit":"request-body-bytes-max"}
 * }</pre>
 *
 * <p>Immutable; {@code with…} makes another.
 */
final class Problem {
    static final Header CONTENT_TYPE = HeaderValues.createCached(HeaderNames.CONTENT_TYPE, "application/problem+json");

    private final ProblemType type;
    private final String detail;
    private final @Nullable String invocationId;
    private final Map<String, Object> members;

    private Problem(ProblemType type, String detail, @Nullable String invocationId, Map<String, Object> members) {
        this.type = type;
        this.detail = detail;
        this.invocationId = invocationId;
        this.members = members;
    }

    static Problem of(ProblemType type, String detail) {
        return new Problem(type, detail, null, Map.of());
    }

    /** What a client may know of an exception. */
    static Problem of(MayflyException e) {
        return switch (e) {
            case MayflyException.MissingImports missing ->
                of(ProblemType.MISSING_IMPORTS, missing.safeMessage()).with("imports", missing.imports());
            // Names and configuration are checked before: what is left to be wrong is the component.
            case MayflyException.Invalid invalid -> of(ProblemType.NOT_A_COMPONENT, invalid.safeMessage());
            case MayflyException.Conflict conflict -> of(ProblemType.CONFLICT, conflict.safeMessage());
            case MayflyException.NotFound notFound -> of(ProblemType.NOT_FOUND, notFound.safeMessage());
            case MayflyException.LimitExceeded limit ->
                of(
                                switch (limit.limit()) {
                                    case ArtifactStore.COMPONENT_BYTES_MAX -> ProblemType.COMPONENT_TOO_LARGE;
                                    case ArtifactStore.DISK_SPACE -> ProblemType.DISK_FULL;
                                    default ->
                                        FunctionLimit.isMax(limit.limit())
                                                ? ProblemType.LIMIT_TOO_HIGH
                                                : ProblemType.COMPILE_LIMIT;
                                },
                                limit.safeMessage())
                        .withLimit(limit.limit());
            case MayflyException.Unavailable unavailable ->
                of(ProblemType.UNAVAILABLE, unavailable.safeMessage()).withRetryAfter(unavailable.retryAfter());
            default -> of(ProblemType.HOST_FAILED, e.safeMessage());
        };
    }

    /** Names the invocation it happened in. */
    Problem in(String invocationId) {
        return new Problem(type, detail, invocationId, members);
    }

    /** The limit that was passed, as it is named in the configuration. */
    Problem withLimit(String limit) {
        return with("limit", limit);
    }

    Problem withRetryAfter(Duration retryAfter) {
        return with("retryAfterSeconds", Math.max(1, retryAfter.toSeconds()));
    }

    /** An extension member: a string, a number or a list of strings. */
    Problem with(String name, Object value) {
        Map<String, Object> more = new LinkedHashMap<>(members);
        more.put(name, value);
        return new Problem(type, detail, invocationId, more);
    }

    ProblemType type() {
        return type;
    }

    Status status() {
        return Status.create(type.status());
    }

    /** Sends it as the response. */
    void send(ServerResponse response) {
        response.status(status());
        response.header(CONTENT_TYPE);
        if (type == ProblemType.UNAUTHENTICATED) {
            response.header(HeaderValues.create(HeaderNames.WWW_AUTHENTICATE, "Bearer realm=\"mayfly\""));
        }
        Object retryAfter = members.get("retryAfterSeconds");
        if (retryAfter != null) {
            response.header(HeaderValues.create(HeaderNames.RETRY_AFTER, retryAfter.toString()));
        }
        response.send(bytes());
    }

    byte[] bytes() {
        return Json.bytes(json -> {
            json.writeStartObject();
            json.writeStringField("type", type.urn());
            json.writeStringField("title", type.title());
            json.writeNumberField("status", type.status());
            json.writeStringField("detail", detail);
            if (invocationId != null) {
                json.writeStringField("instance", invocationId);
            }
            for (Map.Entry<String, Object> member : members.entrySet()) {
                writeMember(json, member.getKey(), member.getValue());
            }
            json.writeEndObject();
        });
    }

    private static void writeMember(JsonGenerator json, String name, Object value) throws IOException {
        json.writeFieldName(name);
        switch (value) {
            case Number number -> json.writeNumber(number.longValue());
            case List<?> list -> {
                json.writeStartArray();
                for (Object item : list) {
                    json.writeString(item.toString());
                }
                json.writeEndArray();
            }
            default -> json.writeString(value.toString());
        }
    }
}
