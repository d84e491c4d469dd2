package dev.mayfly.host.invoke;

import dev.mayfly.host.catalog.Alias;
import dev.mayfly.host.catalog.FunctionVersion;
import dev.mayfly.hostinterfaces.Grant;
import dev.mayfly.linkercache.TableHandle;
import dev.mayfly.memorypool.Admission;
import dev.mayfly.memorypool.TenantShares;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A function with the routes to its versions, by number and by alias. Immutable: a change makes another one. */
public final class RoutedFunction {
    private final String name;
    private final Instant createdAt;
    private final Shared shared;
    private final SortedMap<Integer, Route> versions;
    private final Map<String, RoutedAlias> aliases;

    /** What most calls go through, at hand. */
    private final @Nullable RoutedAlias live;

    /** What a function's versions have in common. */
    record Shared(FunctionMetrics metrics, FunctionLog log, Admission admission, TenantShares.Share share) {}

    private RoutedFunction(
            String name,
            Instant createdAt,
            Shared shared,
            SortedMap<Integer, Route> versions,
            Map<String, RoutedAlias> aliases) {
        this.name = name;
        this.createdAt = createdAt;
        this.shared = shared;
        this.versions = Collections.unmodifiableSortedMap(versions);
        this.aliases = Collections.unmodifiableMap(aliases);
        this.live = aliases.get(Alias.LIVE);
    }

    /**
     * A function without versions.
     *
     * @param limits until it has one that says something else
     * @param share its tenant's
     */
    public static RoutedFunction of(String name, Instant createdAt, CallLimits limits, TenantShares.Share share) {
        return new RoutedFunction(
                name,
                createdAt,
                new Shared(
                        new FunctionMetrics(),
                        new FunctionLog(),
                        new Admission(limits.concurrencyMax(), limits.queueLengthMax()),
                        share),
                new TreeMap<>(),
                new TreeMap<>());
    }

    /**
     * This function with one more version, which gets a route.
     *
     * @param grants of its bindings, by the names it has for them
     * @param limits of its calls
     */
    public RoutedFunction with(
            FunctionVersion version, TableHandle table, Map<String, Grant> grants, CallLimits limits) {
        SortedMap<Integer, Route> more = new TreeMap<>(versions);
        more.put(version.number(), new Route(version, table, grants, limits, shared));
        return new RoutedFunction(name, createdAt, shared, more, aliases);
    }

    /** This function without a version, to which no alias points. */
    public RoutedFunction without(int version) {
        SortedMap<Integer, Route> fewer = new TreeMap<>(versions);
        fewer.remove(version);
        return new RoutedFunction(name, createdAt, shared, fewer, aliases);
    }

    /** This function with an alias, in the place of the one of the same name. */
    public RoutedFunction with(Alias alias) {
        Map<String, RoutedAlias> more = new TreeMap<>(aliases);
        more.put(alias.name(), new RoutedAlias(alias, versions));
        return new RoutedFunction(name, createdAt, shared, versions, more);
    }

    public RoutedFunction withoutAlias(String alias) {
        Map<String, RoutedAlias> fewer = new TreeMap<>(aliases);
        fewer.remove(alias);
        return new RoutedFunction(name, createdAt, shared, versions, fewer);
    }

    /** Bounds the function's calls at once, which are those of all its versions together, by what its main one says. */
    void bound() {
        Route main = main();
        if (main != null) {
            shared.admission()
                    .bound(main.limits().concurrencyMax(), main.limits().queueLengthMax());
        }
    }

    /** In full. */
    public String name() {
        return name;
    }

    public Instant createdAt() {
        return createdAt;
    }

    /** By number, in that order. */
    public SortedMap<Integer, Route> versions() {
        return versions;
    }

    /** By name, in that order. */
    public Map<String, RoutedAlias> aliases() {
        return aliases;
    }

    /** What calls get that don't say; null = they get nothing. */
    public @Nullable RoutedAlias live() {
        return live;
    }

    /** The version that stands for the function where there is room for one: what live points to, else the newest; null when there is none. */
    public @Nullable Route main() {
        if (live != null) {
            return live.stable();
        }
        return versions.isEmpty() ? null : versions.get(versions.lastKey());
    }

    public FunctionMetrics metrics() {
        return shared.metrics();
    }

    public FunctionLog log() {
        return shared.log();
    }

    public Admission admission() {
        return shared.admission();
    }
}
