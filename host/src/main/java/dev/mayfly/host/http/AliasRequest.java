package dev.mayfly.host.http;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.mayfly.engine.MayflyException;
import dev.mayfly.host.catalog.Alias;
import dev.mayfly.host.catalog.Rollout;
import dev.mayfly.host.catalog.Sticky;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an alias is to be, as the body of a request says it:
 *
 * <pre>{@code
 * {"targets": [{"version": 7, "weight": 95}, {"version": 8, "weight": 5}],
 *  "sticky": "cookie:session",
 *  "rollout": {"version": 8, "promoteAfterMs": 600000, "errorRateMax": 0.01, "p99MaxMs": 50, "callsMin": 100}}
 * }</pre>
 *
 * <p>A weight left out is 100; sticky and rollout may be left out, and so may all of a rollout but its version.
 */
record AliasRequest(
        List<Alias.Target> targets,
        @Nullable Sticky sticky,
        @Nullable Rollout rollout) {
    /** Limit {@code alias-request-bytes-max}: eight targets and a rule take less than one of these KiB. */
    static final int BYTES_MAX = 4 << 10;

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /**
     * Reads one.
     *
     * @param now when a rollout begins
     * @throws MayflyException.Invalid naming what is wrong and where
     */
    static AliasRequest parse(byte[] body, Instant now) {
        JsonNode root;
        try {
            root = MAPPER.readTree(body);
        } catch (IOException e) {
            throw new MayflyException.Invalid("the body is no JSON document");
        }
        requireMembers(root, "", Set.of("targets", "sticky", "rollout"));
        List<Alias.Target> targets = new ArrayList<>();
        for (JsonNode target : root.path("targets")) {
            String path = "/targets/" + targets.size();
            requireMembers(target, path, Set.of("version", "weight"));
            targets.add(new Alias.Target(integer(target, path, "version", null), integer(target, path, "weight", 100)));
        }
        JsonNode sticky = root.path("sticky");
        JsonNode rollout = root.path("rollout");
        return new AliasRequest(
                targets,
                sticky.isMissingNode() ? null : Sticky.parse(sticky.asText()),
                rollout.isMissingNode() ? null : rollout(rollout, now));
    }

    private static Rollout rollout(JsonNode rollout, Instant now) {
        String path = "/rollout";
        requireMembers(rollout, path, Set.of("version", "promoteAfterMs", "errorRateMax", "p99MaxMs", "callsMin"));
        return new Rollout(
                integer(rollout, path, "version", null),
                Duration.ofMillis(integer(rollout, path, "promoteAfterMs", 600_000)),
                number(rollout, path, "errorRateMax", 0.01),
                Duration.ofNanos(1_000 * (long) (1_000 * number(rollout, path, "p99MaxMs", 0))),
                integer(rollout, path, "callsMin", 100),
                now);
    }

    private static void requireMembers(JsonNode object, String path, Set<String> known) {
        if (!object.isObject()) {
            throw new MayflyException.Invalid((path.isEmpty() ? "the document" : path) + " must be an object");
        }
        object.fieldNames().forEachRemaining(member -> {
            if (!known.contains(member)) {
                throw new MayflyException.Invalid(path + "/" + member + " is unknown");
            }
        });
    }

    private static int integer(JsonNode object, String path, String member, @Nullable Integer otherwise) {
        JsonNode value = object.path(member);
        if (value.isMissingNode() && otherwise != null) {
            return otherwise;
        }
        if (!value.canConvertToExactIntegral() || !value.canConvertToInt()) {
            throw new MayflyException.Invalid(path + "/" + member + " must be a whole number");
        }
        return value.intValue();
    }

    private static double number(JsonNode object, String path, String member, double otherwise) {
        JsonNode value = object.path(member);
        if (value.isMissingNode()) {
            return otherwise;
        }
        if (!value.isNumber() || Math.abs(value.doubleValue()) > 1e9) {
            throw new MayflyException.Invalid(path + "/" + member + " must be a number");
        }
        return value.doubleValue();
    }
}
