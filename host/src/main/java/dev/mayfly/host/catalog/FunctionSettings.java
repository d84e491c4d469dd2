package dev.mayfly.host.catalog;

import java.util.Collections;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What an operator says about a version of a function when it is deployed. {@link SettingsJson} is its text.
 *
 * @param config what {@code mayfly:config} answers
 * @param bindings what the function may use: the host's binding by the name that the function has for it
 * @param topics whose messages it is called with
 * @param selectable whether every caller may choose a version by the header {@code Mayfly-Version}
 */
public record FunctionSettings(
        Map<String, String> config, Map<String, String> bindings, SortedSet<String> topics, boolean selectable) {
    /** Nothing was said. */
    public static final FunctionSettings NONE = new FunctionSettings(Map.of(), Map.of(), new TreeSet<>(), false);

    public FunctionSettings {
        // Sorted, so that the same function always reads the same.
        config = Collections.unmodifiableMap(new TreeMap<>(config));
        bindings = Collections.unmodifiableMap(new TreeMap<>(bindings));
        topics = Collections.unmodifiableSortedSet(new TreeSet<>(topics));
    }

    public FunctionSettings withConfig(Map<String, String> value) {
        return new FunctionSettings(value, bindings, topics, selectable);
    }

    public FunctionSettings withBindings(Map<String, String> value) {
        return new FunctionSettings(config, value, topics, selectable);
    }

    public FunctionSettings withTopics(SortedSet<String> value) {
        return new FunctionSettings(config, bindings, value, selectable);
    }

    public FunctionSettings withSelectable(boolean value) {
        return new FunctionSettings(config, bindings, topics, value);
    }
}
