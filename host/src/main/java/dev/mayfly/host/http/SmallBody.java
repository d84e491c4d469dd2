package dev.mayfly.host.http;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.mayfly.engine.MayflyException;
import io.helidon.webserver.http.ServerRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The body of a request to the admin API, other than a component: read as a whole, since it is small. */
final class SmallBody {
    /** Of a JSON document. */
    static final int JSON_BYTES_MAX = 16 << 10;

    private static final int DEPTH_MAX = 8;

    private static final JsonMapper MAPPER = new JsonMapper(JsonFactory.builder()
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(DEPTH_MAX).build())
            .build());

    private final JsonNode root;

    private SmallBody(JsonNode root) {
        this.root = root;
    }

    /** @throws MayflyException.LimitExceeded when it has more than {@code bytesMax} */
    static byte[] bytes(ServerRequest request, int bytesMax, String limit) {
        if (!request.content().hasEntity()) {
            return new byte[0];
        }
        try {
            byte[] bytes = BodyStream.of(request).readNBytes(bytesMax + 1);
            if (bytes.length > bytesMax) {
                throw new MayflyException.LimitExceeded(limit, "the body has more than " + limit + "=" + bytesMax);
            }
            return bytes;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * A JSON object with no other members than these; an empty body is one without members.
     *
     * @throws MayflyException.Invalid when it is something else
     */
    static SmallBody json(ServerRequest request, List<String> members) {
        byte[] bytes = bytes(request, JSON_BYTES_MAX, "json-bytes-max");
        JsonNode root;
        try {
            root = bytes.length == 0 ? JsonNodeFactory.instance.objectNode() : MAPPER.readTree(bytes);
        } catch (JacksonException e) {
            throw new MayflyException.Invalid("the body is not JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (!root.isObject()) {
            throw new MayflyException.Invalid("the body must be a JSON object");
        }
        List<String> unknown = new ArrayList<>();
        root.fieldNames().forEachRemaining(unknown::add);
        unknown.removeAll(members);
        if (!unknown.isEmpty()) {
            throw new MayflyException.Invalid(
                    String.join(", ", unknown) + " is unknown; the members here are " + String.join(", ", members));
        }
        return new SmallBody(root);
    }

    String text(String member, String otherwise) {
        JsonNode value = root.path(member);
        if (value.isMissingNode()) {
            return otherwise;
        }
        if (!value.isTextual()) {
            throw new MayflyException.Invalid(member + " must be a text");
        }
        return value.asText();
    }

    boolean bool(String member) {
        JsonNode value = root.path(member);
        if (!value.isMissingNode() && !value.isBoolean()) {
            throw new MayflyException.Invalid(member + " must be true or false");
        }
        return value.asBoolean();
    }

    List<String> texts(String member) {
        JsonNode list = root.path(member);
        List<String> texts = new ArrayList<>();
        for (JsonNode text : list) {
            texts.add(text.isTextual() ? text.asText() : "");
        }
        if ((!list.isMissingNode() && !list.isArray()) || texts.contains("")) {
            throw new MayflyException.Invalid(member + " must be a list of texts");
        }
        return texts;
    }

    /** Of milliseconds, or null when there is none. */
    @Nullable
    Duration duration(String member, Duration max) {
        JsonNode value = root.path(member);
        if (value.isMissingNode()) {
            return null;
        }
        // 5.0 is a whole number: JSON has one kind only.
        if (!value.canConvertToExactIntegral()
                || !value.canConvertToLong()
                || value.asLong() < 0
                || value.asLong() > max.toMillis()) {
            throw new MayflyException.Invalid(member + " must be a number of milliseconds, at most " + max.toMillis());
        }
        return Duration.ofMillis(value.asLong());
    }
}
