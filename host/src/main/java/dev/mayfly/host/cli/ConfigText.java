package dev.mayfly.host.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.mayfly.host.bindings.Redaction;
import dev.mayfly.host.config.HostConfiguration;
import dev.mayfly.host.config.HostSettings;
import dev.mayfly.host.config.Origin;
import dev.mayfly.host.config.Setting;
import dev.mayfly.host.config.YamlNode;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A host's configuration as {@code mayfly config show} prints it: as a file that could be used, or as JSON. */
final class ConfigText {
    /** Needs no quotes in YAML. */
    private static final Pattern PLAIN = Pattern.compile("(?!null$)[A-Za-z0-9/_.][A-Za-z0-9/_.+:@-]*(?<!:)");

    private final HostConfiguration configuration;
    private final @Nullable YamlNode bindings;

    ConfigText(HostConfiguration configuration) {
        this.configuration = configuration;
        YamlNode section = configuration.bindings();
        bindings = section == null ? null : Redaction.of(section);
    }

    String yaml() {
        StringBuilder yaml = new StringBuilder();
        yaml.append(
                        configuration.file() == null
                                ? "# There is no mayfly.yaml."
                                : "# With " + configuration.file() + ".")
                .append("""

                # A value's origin is behind it. Options are over mayfly.… system properties, those over MAYFLY_… variables,
                # and those over the file. Sizes are in bytes or as 64KiB, 64MiB, 64GiB, times as 500ms, 10s, 5min, 2h, 14d.
                """);
        String section = "";
        for (HostConfiguration.Value value : configuration.values()) {
            Setting<?> setting = value.setting();
            if (!setting.section().equals(section)) {
                section = setting.section();
                yaml.append(section.isEmpty() ? "" : "\n" + section + ":\n");
            }
            String indent = section.isEmpty() ? "" : "  ";
            yaml.append(section.isEmpty() ? "\n" : "");
            if (!section.equals(HostSettings.FUNCTION_DEFAULTS)) {
                yaml.append(indent).append("# ").append(setting.description()).append('\n');
            }
            String text = shown(value);
            yaml.append(indent)
                    .append(text == null ? "# " : "")
                    .append(setting.name())
                    .append(": ")
                    .append(text == null ? setting.label() : scalar(text) + "  # " + origin(value))
                    .append('\n');
        }
        if (!section.equals(HostSettings.TENANT_WEIGHTS)) {
            yaml.append("\n# Tenants' parts of a host that is nearly full; 1 where none is given.\n")
                    .append(HostSettings.TENANT_WEIGHTS)
                    .append(":\n  # acme: 3\n");
        }
        yaml.append("\n# What functions may be granted: stores, databases, upstreams.\n")
                .append(HostConfiguration.BINDINGS)
                .append(':');
        append(yaml, bindings, "  ");
        return yaml.append('\n').toString();
    }

    private static String origin(HostConfiguration.Value value) {
        return switch (value.origin()) {
            case DEFAULT -> "default";
            case FILE -> value.place();
            case ENVIRONMENT, PROPERTY, OPTION -> value.origin().label() + " " + value.place();
        };
    }

    private static @Nullable String shown(HostConfiguration.Value value) {
        String text = value.text();
        return text == null ? null : Redaction.url(text);
    }

    private static void append(StringBuilder yaml, @Nullable YamlNode node, String indent) {
        switch (node) {
            case null -> {}
            case YamlNode.Scalar scalar -> yaml.append(scalar.text() == null ? "" : " " + scalar(scalar.text()));
            case YamlNode.Items items ->
                items.items().forEach(item -> {
                    yaml.append('\n').append(indent).append('-');
                    append(yaml, item, indent + "  ");
                });
            case YamlNode.Entries entries ->
                entries.entries().forEach((key, value) -> {
                    yaml.append('\n').append(indent).append(scalar(key)).append(':');
                    append(yaml, value, indent + "  ");
                });
        }
    }

    private static String scalar(String text) {
        // A text in JSON is one in YAML.
        return PLAIN.matcher(text).matches() ? text : TextNode.valueOf(text).toString();
    }

    JsonNode json() {
        ObjectNode json = Json.object();
        json.put(
                "file",
                configuration.file() == null ? null : configuration.file().toString());
        ArrayNode settings = json.putArray("settings");
        for (HostConfiguration.Value value : configuration.values()) {
            String shown = shown(value);
            ObjectNode setting = settings.addObject()
                    .put("key", value.setting().key())
                    .put("value", shown)
                    .put("source", value.origin().label());
            if (value.origin() != Origin.DEFAULT) {
                setting.put("place", value.place());
            }
            if (shown != null && !shown.equals(value.text())) {
                setting.put("secret", true);
            }
        }
        json.set("bindings", bindings == null ? Json.object() : json(bindings));
        return json;
    }

    private static JsonNode json(YamlNode node) {
        return switch (node) {
            case YamlNode.Scalar scalar -> scalar.text() == null ? NullNode.instance : TextNode.valueOf(scalar.text());
            case YamlNode.Items items -> {
                ArrayNode array = Json.object().arrayNode();
                items.items().forEach(item -> array.add(json(item)));
                yield array;
            }
            case YamlNode.Entries entries -> {
                ObjectNode object = Json.object();
                for (Map.Entry<String, YamlNode> entry : entries.entries().entrySet()) {
                    object.set(entry.getKey(), json(entry.getValue()));
                }
                yield object;
            }
        };
    }
}
