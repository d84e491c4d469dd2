package dev.mayfly.host.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mayfly.host.quantity.ByteSize;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a deployment changed against the version that the alias pointed to, a line each: {@code + import …}, {@code - binding …},
 * {@code ~ component …}. Of the configuration only names are shown, as its values are nobody's business who looks over a shoulder.
 */
final class DeploymentChanges {
    private static final Set<String> NAMES_ONLY = Set.of("config");

    private final List<String> lines = new ArrayList<>();

    private DeploymentChanges() {}

    /** Empty when nothing but the times differ. */
    static List<String> between(JsonNode before, JsonNode after) {
        DeploymentChanges changes = new DeploymentChanges();
        changes.size("component", "componentBytes", before, after);
        changes.size("compiled", "artifactBytes", before, after);
        if (changes.lines.isEmpty() && !before.path("digest").equals(after.path("digest"))) {
            changes.lines.add("~ component: other code of the same size");
        }
        changes.items("import", texts(before.path("imports")), texts(after.path("imports")));
        changes.items("export", texts(before.path("exports")), texts(after.path("exports")));
        changes.settings(before.path("settings"), after.path("settings"));
        return changes.lines;
    }

    private void size(String what, String member, JsonNode before, JsonNode after) {
        long was = before.path(member).asLong();
        long is = after.path(member).asLong();
        if (was != is) {
            lines.add("~ " + what + ": " + new ByteSize(was) + " -> " + new ByteSize(is) + " (" + (is > was ? "+" : "-")
                    + new ByteSize(Math.abs(is - was)) + ")");
        }
    }

    private void items(String what, Set<String> before, Set<String> after) {
        after.stream().filter(item -> !before.contains(item)).forEach(item -> lines.add("+ " + what + " " + item));
        before.stream().filter(item -> !after.contains(item)).forEach(item -> lines.add("- " + what + " " + item));
    }

    /** Member by member, so that a setting that a newer host has shows without this being changed. */
    private void settings(JsonNode before, JsonNode after) {
        TreeMap<String, JsonNode> members = new TreeMap<>();
        before.properties().forEach(member -> members.put(member.getKey(), member.getValue()));
        after.properties().forEach(member -> members.put(member.getKey(), member.getValue()));
        for (String member : members.keySet()) {
            JsonNode was = before.path(member);
            JsonNode is = after.path(member);
            if (was.isArray() || is.isArray()) {
                items(member, texts(was), texts(is));
            } else if (was.isObject() || is.isObject()) {
                entries(member, was, is);
            } else if (!was.equals(is)) {
                lines.add("~ " + member + ": " + was.asText("not set") + " -> " + is.asText("not set"));
            }
        }
    }

    private void entries(String member, JsonNode before, JsonNode after) {
        Set<String> names = new TreeSet<>();
        before.fieldNames().forEachRemaining(names::add);
        after.fieldNames().forEachRemaining(names::add);
        for (String name : names) {
            JsonNode was = before.path(name);
            JsonNode is = after.path(name);
            String entry = member + " " + name;
            boolean shown = !NAMES_ONLY.contains(member);
            if (was.isMissingNode()) {
                lines.add("+ " + entry + (shown ? " = " + text(is) : ""));
            } else if (is.isMissingNode()) {
                lines.add("- " + entry);
            } else if (!was.equals(is)) {
                lines.add("~ " + entry + (shown ? ": " + text(was) + " -> " + text(is) : ""));
            }
        }
    }

    private static String text(JsonNode value) {
        return value.isValueNode() ? value.asText() : value.toString();
    }

    private static Set<String> texts(JsonNode list) {
        Set<String> texts = new TreeSet<>();
        list.forEach(item -> texts.add(text(item)));
        return texts;
    }
}
