package dev.mayfly.host;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mayfly.host.testing.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What is deployed of a function: greetings by version, targets by alias, and the number that comes next, which only a deployment shows. */
record ReleaseState(Map<Integer, String> versions, Map<String, String> aliases, int next) {
    ReleaseState with(int version, String greeting, String alias) {
        Map<Integer, String> more = new TreeMap<>(versions);
        more.put(version, greeting);
        return new ReleaseState(more, aliases, version + 1).with(alias, version + "=100");
    }

    ReleaseState with(String alias, String targets) {
        Map<String, String> moved = new TreeMap<>(aliases);
        moved.put(alias, targets);
        return new ReleaseState(versions, moved, next);
    }

    ReleaseState without(int version) {
        Map<Integer, String> fewer = new TreeMap<>(versions);
        fewer.remove(version);
        return new ReleaseState(fewer, aliases, next);
    }

    boolean isPointedTo(int version) {
        return aliases.values().stream().anyMatch(targets -> (" " + targets).contains(" " + version + "="));
    }

    /** When nobody has needed for long what no alias points to. */
    ReleaseState reaped() {
        Map<Integer, String> kept = new TreeMap<>(versions);
        kept.keySet().removeIf(version -> !isPointedTo(version));
        return new ReleaseState(kept, aliases, next);
    }

    /** Whoever answers requests, by their paths. */
    @FunctionalInterface
    interface Asked {
        Answer get(String path) throws Exception;
    }

    static ReleaseState of(Asked host, String function) throws Exception {
        Map<Integer, String> versions = new TreeMap<>();
        for (JsonNode version : host.get("/v1/functions/" + function + "/versions")
                .expect(200)
                .json()
                .path("versions")) {
            versions.put(
                    version.path("version").asInt(),
                    version.at("/config/greeting").asText());
        }
        Map<String, String> aliases = new TreeMap<>();
        for (JsonNode alias : host.get("/v1/functions/" + function + "/aliases")
                .expect(200)
                .json()
                .path("aliases")) {
            List<String> targets = new ArrayList<>();
            alias.path("targets")
                    .forEach(target -> targets.add(target.path("version").asInt() + "="
                            + target.path("weight").asInt()));
            aliases.put(alias.path("name").asText(), String.join(" ", targets));
        }
        return new ReleaseState(versions, aliases, 0);
    }

    boolean looksLike(ReleaseState other) {
        return versions.equals(other.versions) && aliases.equals(other.aliases);
    }

    /** Whether it is one of these two, or some but not all of the versions are removed that one lacks. */
    boolean isBetween(ReleaseState before, ReleaseState after) {
        return looksLike(before)
                || looksLike(after)
                || (aliases.equals(before.aliases)
                        && aliases.equals(after.aliases)
                        && before.versions.entrySet().containsAll(versions.entrySet())
                        && versions.entrySet().containsAll(after.versions.entrySet()));
    }
}
