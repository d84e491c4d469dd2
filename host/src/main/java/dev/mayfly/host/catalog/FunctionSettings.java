package dev.mayfly.host.catalog;

import java.util.Collections;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What an operator says about a function when it is deployed, all of it replaced by the next deployment.
 *
 * @param config what {@code mayfly:config} answers
 * @param bindings what the function may use: the host's binding by the name that the function has for it
 * @param topics whose messages it is called with
 */
public record FunctionSettings(Map<String, String> config, Map<String, String> bindings, SortedSet<String> topics) {
    /** Nothing was said. */
    public static final FunctionSettings NONE = new FunctionSettings(Map.of(), Map.of(), new TreeSet<>());

    public FunctionSettings {
        // Sorted, so that the same function always reads the same.
        config = Collections.unmodifiableMap(new TreeMap<>(config));
        bindings = Collections.unmodifiableMap(new TreeMap<>(bindings));
        topics = Collections.unmodifiableSortedSet(new TreeSet<>(topics));
    }

    public FunctionSettings withConfig(Map<String, String> value) {
        return new FunctionSettings(value, bindings, topics);
    }

    public FunctionSettings withBindings(Map<String, String> value) {
        return new FunctionSettings(config, value, topics);
    }

    public FunctionSettings withTopics(SortedSet<String> value) {
        return new FunctionSettings(config, bindings, value);
    }
}
