package dev.mayfly.host.catalog;

import dev.mayfly.host.FunctionLimits;
import dev.mayfly.snapshots.Warmup;
import java.util.Collections;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What an operator says about a version of a function when it is deployed. {@link SettingsJson} is its text.
 *
 * @param config what {@code mayfly:config} answers
 * @param bindings what the function may use: the host's binding by the name that the function has for it
 * @param topics whose messages it is called with
 * @param limits on its calls, where they are not the host's
 * @param selectable whether every caller may choose a version by the header {@code Mayfly-Version} or the query's parameter {@code mayfly-version}
 * @param secrets what {@code mayfly:secrets} answers: the tenant's secret by the name that the function has for it
 * @param isPublic whether everybody may call it
 * @param cors which pages may call it from a browser; null = those of its own origin
 * @param warmup how it is warmed up; null = not at all
 */
public record FunctionSettings(
        Map<String, String> config,
        Map<String, String> bindings,
        SortedSet<String> topics,
        FunctionLimits limits,
        boolean selectable,
        Map<String, String> secrets,
        boolean isPublic,
        @Nullable Cors cors,
        @Nullable Warmup warmup) {
    /** Nothing was said. */
    public static final FunctionSettings NONE = new FunctionSettings(
            Map.of(), Map.of(), new TreeSet<>(), FunctionLimits.NONE, false, Map.of(), false, null, null);

    public FunctionSettings {
        // Sorted, so that the same function always reads the same.
        config = Collections.unmodifiableMap(new TreeMap<>(config));
        bindings = Collections.unmodifiableMap(new TreeMap<>(bindings));
        topics = Collections.unmodifiableSortedSet(new TreeSet<>(topics));
        secrets = Collections.unmodifiableMap(new TreeMap<>(secrets));
    }

    public FunctionSettings withConfig(Map<String, String> value) {
        return new FunctionSettings(value, bindings, topics, limits, selectable, secrets, isPublic, cors, warmup);
    }

    public FunctionSettings withBindings(Map<String, String> value) {
        return new FunctionSettings(config, value, topics, limits, selectable, secrets, isPublic, cors, warmup);
    }

    public FunctionSettings withTopics(SortedSet<String> value) {
        return new FunctionSettings(config, bindings, value, limits, selectable, secrets, isPublic, cors, warmup);
    }

    public FunctionSettings withLimits(FunctionLimits value) {
        return new FunctionSettings(config, bindings, topics, value, selectable, secrets, isPublic, cors, warmup);
    }

    public FunctionSettings withSelectable(boolean value) {
        return new FunctionSettings(config, bindings, topics, limits, value, secrets, isPublic, cors, warmup);
    }

    public FunctionSettings withSecrets(Map<String, String> value) {
        return new FunctionSettings(config, bindings, topics, limits, selectable, value, isPublic, cors, warmup);
    }

    public FunctionSettings withPublic(boolean value) {
        return new FunctionSettings(config, bindings, topics, limits, selectable, secrets, value, cors, warmup);
    }

    public FunctionSettings withCors(@Nullable Cors value) {
        return new FunctionSettings(config, bindings, topics, limits, selectable, secrets, isPublic, value, warmup);
    }

    public FunctionSettings withWarmup(@Nullable Warmup value) {
        return new FunctionSettings(config, bindings, topics, limits, selectable, secrets, isPublic, cors, value);
    }

    /** Everything it may use, secrets as {@code secret:NAME}: the host's binding by the function's own name for it. */
    public Map<String, String> granted() {
        Map<String, String> all = new TreeMap<>(bindings);
        secrets.forEach((name, secret) -> all.put(name, "secret:" + secret));
        return all;
    }
}
