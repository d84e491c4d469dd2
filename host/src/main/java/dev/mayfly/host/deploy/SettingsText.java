package dev.mayfly.host.deploy;

import dev.mayfly.engine.MayflyException;
import dev.mayfly.host.catalog.FunctionSettings;
import dev.mayfly.host.catalog.SettingsJson;
import dev.mayfly.hostinterfaces.ConfigOperations;
import dev.mayfly.memorypool.SlotConfig;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Reads what is said about a function as it comes with an upload. */
public final class SettingsText {
    /** As much as fits into a request's head beside other things, percent-encoded. */
    private static final int MANIFEST_BYTES_MAX = 16 << 10;

    private static final int BINDING_COUNT_MAX = 64;
    private static final int TOPIC_COUNT_MAX = 64;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._:-]{1,128}");

    /** A longer name has no value: {@code mayfly:config}. */
    private static final int NAME_BYTES_MAX = 256;

    /** A value is answered out of an invocation's slot. */
    private static final int VALUE_BYTES_MAX = SlotConfig.defaults().answerBytesMax();

    private static final String ENTRY = "a name or value of the configuration";

    private SettingsText() {}

    /**
     * Reads settings: a document, and what is said on top of it one by one.
     *
     * @param manifest {@link SettingsJson}; empty = nothing
     * @param config one {@code name=value} each
     * @param bindings one {@code name=host's name} each, or a name that is both
     * @param topics a topic each
     * @param configBytesMax of all names and values of the configuration together
     * @throws MayflyException.Invalid when an entry is no entry, or a name comes twice
     * @throws MayflyException.LimitExceeded when it is too much
     */
    public static FunctionSettings parse(
            String manifest, List<String> config, List<String> bindings, List<String> topics, int configBytesMax) {
        require("manifest-bytes-max", "the manifest", manifest, MANIFEST_BYTES_MAX);
        FunctionSettings settings = manifest.isEmpty() ? FunctionSettings.NONE : SettingsJson.parse(manifest);
        Map<String, String> allConfig = new TreeMap<>(settings.config());
        allConfig.putAll(entries("config", config, false));
        Map<String, String> allBindings = new TreeMap<>(settings.bindings());
        allBindings.putAll(entries("binding", bindings, true));
        SortedSet<String> allTopics = new TreeSet<>(settings.topics());
        allTopics.addAll(topics);
        settings = settings.withConfig(allConfig).withBindings(allBindings).withTopics(allTopics);
        requireWithin(settings, configBytesMax);
        return settings;
    }

    private static Map<String, String> entries(String what, List<String> entries, boolean nameMayBeValue) {
        Map<String, String> parsed = new TreeMap<>();
        for (String entry : entries) {
            int equals = entry.indexOf('=');
            if (equals <= 0 && !(nameMayBeValue && equals < 0)) {
                throw new MayflyException.Invalid(what + "=" + entry + " is not of the form name=value");
            }
            String name = equals < 0 ? entry : entry.substring(0, equals);
            if (parsed.put(name, equals < 0 ? entry : entry.substring(equals + 1)) != null) {
                throw new MayflyException.Invalid(what + " name " + name + " is given more than once");
            }
        }
        return parsed;
    }

    private static void requireWithin(FunctionSettings settings, int configBytesMax) {
        if (settings.granted().size() > BINDING_COUNT_MAX || settings.topics().size() > TOPIC_COUNT_MAX) {
            throw new MayflyException.LimitExceeded(
                    settings.granted().size() > BINDING_COUNT_MAX ? "binding-count-max" : "topic-count-max",
                    "a function may have " + BINDING_COUNT_MAX + " bindings with its secrets, and " + TOPIC_COUNT_MAX
                            + " topics");
        }
        settings.bindings().forEach((name, binding) -> {
            requireName("binding", name);
            requireName("binding", binding);
        });
        settings.secrets().forEach((name, secret) -> {
            requireName("secret", name);
            requireName("secret", secret);
            if (settings.bindings().containsKey(name)) {
                throw new MayflyException.Invalid(name + " is both a binding and a secret");
            }
        });
        settings.topics().forEach(topic -> requireName("topic", topic));
        long bytes = 0;
        for (Map.Entry<String, String> entry : settings.config().entrySet()) {
            if (entry.getKey().isEmpty()) {
                throw new MayflyException.Invalid("a name in the configuration is empty");
            }
            requireGranted(settings, entry.getKey(), entry.getValue());
            bytes += require("config-name-bytes-max", ENTRY, entry.getKey(), NAME_BYTES_MAX)
                    + require("config-value-bytes-max", ENTRY, entry.getValue(), VALUE_BYTES_MAX);
        }
        if (bytes > configBytesMax) {
            throw new MayflyException.LimitExceeded(
                    "config-bytes-max",
                    "the configuration has " + bytes + " bytes, the limit config-bytes-max is " + configBytesMax);
        }
    }

    private static void requireGranted(FunctionSettings settings, String entry, String value) {
        if (value.startsWith(ConfigOperations.SECRET)) {
            String name = value.substring(ConfigOperations.SECRET.length());
            if (!settings.granted().containsKey(name)) {
                throw new MayflyException.Invalid(
                        "config " + entry + " is " + value + ", and the function has no secret " + name
                                + ": grant it one by that name, with [secrets] in mayfly.toml or --secret");
            }
        }
    }

    private static void requireName(String what, String name) {
        if (!NAME.matcher(name).matches()) {
            throw new MayflyException.Invalid(what + "=" + name
                    + " is none: names have 1 to 128 letters, digits, dots, colons, dashes and underscores");
        }
    }

    private static int require(String limit, String what, String text, int bytesMax) {
        int bytes = text.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > bytesMax) {
            throw new MayflyException.LimitExceeded(
                    limit, what + " has " + bytes + " bytes, the limit " + limit + " is " + bytesMax);
        }
        return bytes;
    }
}
