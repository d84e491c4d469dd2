package dev.mayfly.host.deploy;

import dev.mayfly.engine.MayflyException;
import dev.mayfly.host.catalog.FunctionSettings;
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
    private static final int BINDING_COUNT_MAX = 64;
    private static final int TOPIC_COUNT_MAX = 64;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._:-]{1,128}");

    /** A longer name has no value: {@code mayfly:config}. */
    private static final int NAME_BYTES_MAX = 256;

    /** A value is answered out of an invocation's slot. */
    private static final int VALUE_BYTES_MAX = SlotConfig.defaults().answerBytesMax();

    private SettingsText() {}

    /**
     * Reads settings.
     *
     * @param config one {@code name=value} each
     * @param bindings one {@code name=host's name} each, or a name that is both
     * @param topics a topic each
     * @param configBytesMax of all names and values of the configuration together
     * @throws MayflyException.Invalid when an entry is no entry, or a name comes twice
     * @throws MayflyException.LimitExceeded when it is too much
     */
    public static FunctionSettings parse(
            List<String> config, List<String> bindings, List<String> topics, int configBytesMax) {
        if (bindings.size() > BINDING_COUNT_MAX || topics.size() > TOPIC_COUNT_MAX) {
            throw new MayflyException.LimitExceeded(
                    bindings.size() > BINDING_COUNT_MAX ? "binding-count-max" : "topic-count-max",
                    "a function may have " + BINDING_COUNT_MAX + " bindings and " + TOPIC_COUNT_MAX + " topics");
        }
        return new FunctionSettings(parseConfig(config, configBytesMax), parseBindings(bindings), parseTopics(topics));
    }

    private static Map<String, String> parseBindings(List<String> entries) {
        Map<String, String> bindings = new TreeMap<>();
        for (String entry : entries) {
            int equals = entry.indexOf('=');
            String name = equals < 0 ? entry : entry.substring(0, equals);
            String value = equals < 0 ? entry : entry.substring(equals + 1);
            requireName("binding", name, entry);
            requireName("binding", value, entry);
            if (bindings.put(name, value) != null) {
                throw new MayflyException.Invalid("binding " + name + " is given more than once");
            }
        }
        return bindings;
    }

    private static SortedSet<String> parseTopics(List<String> entries) {
        SortedSet<String> topics = new TreeSet<>();
        for (String entry : entries) {
            requireName("topic", entry, entry);
            topics.add(entry);
        }
        return topics;
    }

    private static void requireName(String what, String name, String entry) {
        if (!NAME.matcher(name).matches()) {
            throw new MayflyException.Invalid(what + "=" + entry
                    + " is none: names have 1 to 128 letters, digits, dots, colons, dashes and underscores");
        }
    }

    private static Map<String, String> parseConfig(List<String> entries, int bytesMax) {
        Map<String, String> config = new TreeMap<>();
        long bytes = 0;
        for (String entry : entries) {
            int equals = entry.indexOf('=');
            if (equals <= 0) {
                throw new MayflyException.Invalid("config=" + entry + " is not of the form name=value");
            }
            String name = entry.substring(0, equals);
            String value = entry.substring(equals + 1);
            bytes += require("config-name-bytes-max", name, NAME_BYTES_MAX)
                    + require("config-value-bytes-max", value, VALUE_BYTES_MAX);
            if (config.put(name, value) != null) {
                throw new MayflyException.Invalid("config name " + name + " is given more than once");
            }
        }
        if (bytes > bytesMax) {
            throw new MayflyException.LimitExceeded(
                    "config-bytes-max",
                    "the configuration has " + bytes + " bytes, the limit config-bytes-max is " + bytesMax);
        }
        return config;
    }

    private static int require(String limit, String text, int bytesMax) {
        int bytes = text.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > bytesMax) {
            throw new MayflyException.LimitExceeded(
                    limit,
                    "a name or value of the configuration has " + bytes + " bytes, the limit " + limit + " is "
                            + bytesMax);
        }
        return bytes;
    }
}
