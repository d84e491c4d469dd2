package dev.mayfly.host.config;

import dev.mayfly.host.catalog.FunctionName;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * What one origin tells a host.
 *
 * @param values by the settings' keys
 * @param places of the values, in the origin's own words
 * @param problems with what isn't there because it is wrong
 */
record ConfigLayer(
        Origin origin, Map<String, String> values, Map<String, String> places, List<ConfigProblem> problems) {
    /** Of other parts of Mayfly. */
    private static final Set<String> FOREIGN = Set.of(
            "MAYFLY_CONFIG",
            "MAYFLY_HOST",
            "MAYFLY_KEY",
            "MAYFLY_SECRETS_KEY",
            "MAYFLY_STACKTRACE",
            "mayfly.config",
            "mayfly.home",
            "mayfly.engine.path");

    /** Kubernetes sets such variables for a service, say MAYFLY_ADMIN_PORT for one that is called mayfly-admin. */
    private static final Pattern SERVICE_LINK = Pattern.compile("(tcp|udp|sctp)://.*");

    private static ConfigLayer empty(Origin origin) {
        return new ConfigLayer(origin, new LinkedHashMap<>(), new LinkedHashMap<>(), new ArrayList<>());
    }

    /** {@code mayfly.yaml}, without its bindings. */
    static ConfigLayer ofFile(YamlNode.Entries root) {
        ConfigLayer layer = empty(Origin.FILE);
        layer.addSection("", root);
        return layer;
    }

    private void addSection(String section, YamlNode.Entries entries) {
        entries.entries().forEach((name, node) -> {
            String key = section.isEmpty() ? name : section + "." + name;
            if (key.equals(HostConfiguration.BINDINGS)) {
                return;
            }
            if (section.isEmpty() && HostSettings.isSection(name)) {
                if (node instanceof YamlNode.Entries named) {
                    addSection(name, named);
                } else if (!node.isEmpty()) {
                    refuse(node.place().toString(), name + " must be a mapping of names to values");
                }
            } else if ((section.isEmpty() && name.indexOf('.') > 0)
                    || HostSettings.find(key).isEmpty()) {
                refuse(entries.keyPlace(name).toString(), key + " is unknown; " + suggestion(section, name));
            } else if (node instanceof YamlNode.Scalar(Place place, String text) && text != null && !text.isBlank()) {
                add(key, resolved(place.file(), key, text), place.toString());
            } else {
                refuse(node.place().toString(), key + " must be a single value");
            }
        });
    }

    private static String suggestion(String section, String name) {
        Set<String> names = HostSettings.namesIn(section);
        if (section.isEmpty()) {
            names.add(HostConfiguration.BINDINGS);
        }
        if (names.isEmpty()) {
            return "a tenant's name is 1 to " + FunctionName.LENGTH_MAX + " of a-z, 0-9 and -";
        }
        int dot = name.indexOf('.');
        if (dot > 0 && HostSettings.find(name).isPresent()) {
            return "write " + name.substring(dot + 1) + " below " + name.substring(0, dot);
        }
        return Suggestion.nearest(name, names)
                .or(() -> Suggestion.nearest(name, HostSettings.keys()))
                .map(near -> "did you mean " + near + "?")
                .orElseGet(() -> "there are " + String.join(", ", names));
    }

    /** A relative path begins where the file is. */
    private static String resolved(Path file, String key, String text) {
        boolean isPath = HostSettings.find(key).orElseThrow().type().isPath();
        return isPath && !text.equals("-")
                ? file.toAbsolutePath().resolveSibling(text).normalize().toString()
                : text;
    }

    /** Environment variables; all but those named as settings are other people's. */
    static ConfigLayer ofEnvironment(Map<String, String> variables) {
        return ofNames(Origin.ENVIRONMENT, Setting.VARIABLE_PREFIX, Setting::variable, variables);
    }

    /** System properties, likewise. */
    static ConfigLayer ofProperties(Map<String, String> properties) {
        return ofNames(Origin.PROPERTY, Setting.PROPERTY_PREFIX, Setting::property, properties);
    }

    private static ConfigLayer ofNames(
            Origin origin, String prefix, UnaryOperator<String> nameOf, Map<String, String> texts) {
        ConfigLayer layer = empty(origin);
        Map<String, String> keys = new LinkedHashMap<>();
        for (Setting<?> setting : HostSettings.known()) {
            keys.put(nameOf.apply(setting.key()), setting.key());
        }
        keys.put(nameOf.apply(HostSettings.FUNCTION_DEFAULTS), HostSettings.FUNCTION_DEFAULTS);
        keys.put(nameOf.apply(HostSettings.TENANT_WEIGHTS), HostSettings.TENANT_WEIGHTS);
        texts.forEach((name, text) -> {
            if (!name.startsWith(prefix)
                    || FOREIGN.contains(name)
                    || text.isBlank()
                    || SERVICE_LINK.matcher(text).matches()) {
                return;
            }
            String key = keys.get(name);
            if (key != null) {
                layer.addText(key, text, name);
            } else {
                // What looks like no setting at all may well be somebody else's.
                Suggestion.nearest(name.substring(prefix.length()), shortened(keys.keySet(), prefix))
                        .ifPresent(near -> layer.refuse(name, "unknown; did you mean " + prefix + near + "?"));
            }
        });
        return layer;
    }

    private static List<String> shortened(Set<String> names, String prefix) {
        return names.stream().map(name -> name.substring(prefix.length())).toList();
    }

    /** @param texts by the settings' keys */
    static ConfigLayer ofOptions(Map<String, String> texts) {
        ConfigLayer layer = empty(Origin.OPTION);
        texts.forEach((key, text) -> layer.addText(
                key, text, HostSettings.find(key).map(Setting::option).orElse("--" + key)));
        return layer;
    }

    /** Where a whole section is one text, it is {@code name=value,name=value}. */
    private void addText(String key, String text, String place) {
        if (!HostSettings.isSection(key)) {
            add(key, text, place);
            return;
        }
        for (String entry : text.split(",", -1)) {
            int equals = entry.indexOf('=');
            String name = entry.substring(0, Math.max(0, equals)).strip();
            if (equals < 1) {
                refuse(place, "'" + entry + "' is not of the form name=value");
            } else if (HostSettings.find(key + "." + name).isEmpty()) {
                refuse(place, key + "." + name + " is unknown; " + suggestion(key, name));
            } else {
                add(key + "." + name, entry.substring(equals + 1).strip(), place);
            }
        }
    }

    /** What can't be understood is no value, whatever is over it. */
    private void add(String key, String text, String place) {
        try {
            HostSettings.find(key).orElseThrow().requireValue(text);
            values.put(key, text);
            places.put(key, place);
        } catch (IllegalArgumentException wrong) {
            refuse(place, (origin == Origin.FILE ? key + ": " : "") + wrong.getMessage());
        }
    }

    void refuse(String place, String sentence) {
        problems.add(new ConfigProblem(origin, place, sentence));
    }
}
