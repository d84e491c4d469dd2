package dev.mayfly.host.deploy;

import dev.mayfly.engine.MayflyException;
import dev.mayfly.host.FunctionLimits;
import dev.mayfly.host.Limits;
import dev.mayfly.host.access.Tenant;
import dev.mayfly.host.bindings.Bindings;
import dev.mayfly.host.catalog.Alias;
import dev.mayfly.host.catalog.AliasChange;
import dev.mayfly.host.catalog.Catalog;
import dev.mayfly.host.catalog.FunctionVersion;
import dev.mayfly.host.catalog.Rollout;
import dev.mayfly.host.catalog.Sticky;
import dev.mayfly.host.catalog.StoredFunction;
import dev.mayfly.host.invoke.CallLimits;
import dev.mayfly.host.invoke.Route;
import dev.mayfly.host.invoke.RoutedAlias;
import dev.mayfly.host.invoke.RoutedFunction;
import dev.mayfly.host.invoke.Routes;
import dev.mayfly.host.invoke.Trial;
import dev.mayfly.hostinterfaces.Grant;
import dev.mayfly.linkercache.ArtifactStore;
import dev.mayfly.linkercache.CodePacks;
import dev.mayfly.linkercache.Digest;
import dev.mayfly.linkercache.LinkerCache;
import dev.mayfly.linkercache.TableHandle;
import dev.mayfly.memorypool.TenantShares;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Which versions a function has and where its aliases point to: the only writer of the catalog and of the routes.
 *
 * <p>Threads: any. A change of the catalog and the change of the routes that follows are one step under a lock, so that the two never disagree about
 * who came last.
 */
public final class Releases {
    private final Catalog catalog;
    private final ArtifactStore store;
    private final CodePacks packs;
    private final LinkerCache tables;
    private final Routes routes;
    private final Bindings bindings;
    private final Limits limits;
    private final TenantShares shares;
    private final HostClock clock;
    private final Consumer<DeployStep> reached;
    private final ReentrantLock lock = new ReentrantLock();

    /** The names of functions that may have a canary to be judged. */
    private final Set<String> onTrial = ConcurrentHashMap.newKeySet();

    /**
     * Nothing is released yet.
     *
     * @param bindings that functions may be granted
     * @param reached told of each step of each change, before the next one begins
     */
    public Releases(
            Catalog catalog,
            ArtifactStore store,
            CodePacks packs,
            LinkerCache tables,
            Routes routes,
            Bindings bindings,
            Limits limits,
            TenantShares shares,
            HostClock clock,
            Consumer<DeployStep> reached) {
        this.catalog = catalog;
        this.store = store;
        this.packs = packs;
        this.tables = tables;
        this.routes = routes;
        this.bindings = bindings;
        this.limits = limits;
        this.shares = shares;
        this.clock = clock;
        this.reached = reached;
    }

    /**
     * Takes up what the catalog has and removes what an interrupted change left in the store. Once, before anything else.
     *
     * @param fingerprint of the engine, whose artifacts are kept
     * @param ours components that stay though no function is made of them
     */
    public void restore(String fingerprint, Set<Digest> ours) {
        Set<Digest> components = new HashSet<>(ours);
        Map<Catalog.AliasId, Duration> tried = catalog.tried();
        for (StoredFunction stored : catalog.functions()) {
            RoutedFunction function = function(stored.name(), stored.createdAt());
            for (FunctionVersion version : stored.versions()) {
                function = routed(function, version, tables.open(version.component()));
                components.add(version.component());
            }
            for (Alias alias : stored.aliases()) {
                function = function.with(alias);
            }
            routes.put(function);
            for (Alias alias : stored.aliases()) {
                beginTrial(function, alias, tried.getOrDefault(id(alias), Duration.ZERO));
            }
        }
        store.removeUnreferenced(fingerprint, components::contains);
        packs.retain(routes.all().stream().map(RoutedFunction::name).toList());
    }

    private RoutedFunction routed(RoutedFunction function, FunctionVersion version, TableHandle table) {
        List<Grant> before = function.versions().values().stream()
                .flatMap(route -> route.context().grants().values().stream())
                .toList();
        return function.with(
                version,
                table,
                bindings.grants(
                        Tenant.ofFunction(function.name()), version.settings().granted(), before),
                CallLimits.of(limits, version.settings().limits()));
    }

    private RoutedFunction function(String name, Instant createdAt) {
        return RoutedFunction.of(
                name,
                createdAt,
                CallLimits.of(limits, FunctionLimits.NONE),
                shares.of(Tenant.ofFunction(name).name()));
    }

    /**
     * Adds a version, unless the function has it already, and points an alias to it.
     *
     * @param draft the version; its number is not looked at
     * @param table of its component; taken over when a version is added
     * @param alias null = none
     */
    Deployment add(FunctionVersion draft, TableHandle table, @Nullable String alias) {
        lock.lock();
        try {
            Instant now = now();
            RoutedFunction before = routes.function(draft.function());
            RoutedAlias aliasBefore =
                    before == null || alias == null ? null : before.aliases().get(alias);
            FunctionVersion replaced =
                    aliasBefore == null ? null : aliasBefore.stable().version();
            FunctionVersion known = before == null ? null : find(before, draft.digest());
            if (known != null) {
                // Deployed before. To say so once more changes nothing, not even a canary that is on its way.
                if (alias != null && (replaced == null || replaced.number() != known.number())) {
                    move(Alias.of(draft.function(), alias, known.number(), now), "deployed version " + known.number());
                }
                return new Deployment(require(draft.function()), known, false, false, replaced);
            }
            FunctionVersion version = numbered(draft, catalog.nextVersion(draft.function()), now);
            Alias moved = alias == null ? null : Alias.of(version.function(), alias, version.number(), now);
            catalog.add(version, moved);
            reached.accept(DeployStep.COMMITTED);
            RoutedFunction function = before == null ? function(version.function(), now) : before;
            function = routed(function, version, table);
            if (moved != null) {
                endTrial(before, moved.name());
                function = function.with(moved);
            }
            routes.put(function);
            reached.accept(DeployStep.ROUTED);
            return new Deployment(function, version, before == null, true, replaced);
        } finally {
            lock.unlock();
        }
    }

    private static @Nullable FunctionVersion find(RoutedFunction function, Digest digest) {
        return function.versions().values().stream()
                .map(Route::version)
                .filter(version -> version.digest().equals(digest))
                .findFirst()
                .orElse(null);
    }

    private static FunctionVersion numbered(FunctionVersion draft, int number, Instant now) {
        return new FunctionVersion(
                draft.function(),
                number,
                draft.digest(),
                draft.component(),
                draft.componentBytes(),
                draft.artifactBytes(),
                draft.componentized(),
                draft.imports(),
                draft.exports(),
                draft.settings(),
                now);
    }

    /**
     * Points an alias somewhere; makes it when it isn't there. A rollout begins anew.
     *
     * @param reason why, in a sentence, for the alias' history
     * @throws MayflyException.NotFound when there is no such function or version
     * @throws MayflyException.Invalid when the targets are none
     */
    public Alias move(
            String function,
            String alias,
            List<Alias.Target> targets,
            @Nullable Sticky sticky,
            @Nullable Rollout rollout,
            String reason) {
        lock.lock();
        try {
            require(function);
            return move(new Alias(function, alias, targets, sticky, rollout, now()), reason);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Ends an alias' canary for good or bad, unless somebody has moved the alias meanwhile.
     *
     * @param judged the alias as it was looked at
     * @return whether it was moved
     */
    boolean settle(Alias judged, List<Alias.Target> targets, String reason) {
        lock.lock();
        try {
            RoutedFunction function = routes.function(judged.function());
            RoutedAlias current = function == null ? null : function.aliases().get(judged.name());
            if (current == null || !current.alias().equals(judged)) {
                return false;
            }
            move(new Alias(judged.function(), judged.name(), targets, judged.sticky(), null, now()), reason);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Points an alias to what it pointed to before: the latest single version in its history that is another than now and still there. A canary ends.
     *
     * @throws MayflyException.NotFound when there is no such function or alias
     * @throws MayflyException.Conflict when there is nothing to go back to
     */
    public Alias rollBack(String function, String alias) {
        lock.lock();
        try {
            RoutedFunction current = require(function);
            RoutedAlias now = current.aliases().get(alias);
            if (now == null) {
                throw noAlias(function, alias);
            }
            List<Alias.Target> present = now.alias().targets();
            int version = catalog.changes(function, alias).stream()
                    .map(AliasChange::targets)
                    .filter(targets -> targets.size() == 1)
                    .map(targets -> targets.getFirst().version())
                    .filter(number -> current.versions().containsKey(number)
                            && (present.size() > 1 || present.getFirst().version() != number))
                    .findFirst()
                    .orElseThrow(() -> new MayflyException.Conflict("alias " + alias + " of " + function
                            + " has pointed to no other version that is still there"));
            return move(Alias.of(function, alias, version, now()), "rolled back to version " + version);
        } finally {
            lock.unlock();
        }
    }

    private Alias move(Alias alias, String reason) {
        RoutedFunction function = require(alias.function());
        catalog.put(alias, reason);
        reached.accept(DeployStep.ALIAS_COMMITTED);
        endTrial(function, alias.name());
        RoutedFunction moved = function.with(alias);
        routes.put(moved);
        beginTrial(moved, alias, Duration.ZERO);
        reached.accept(DeployStep.ALIAS_ROUTED);
        return alias;
    }

    private static Catalog.AliasId id(Alias alias) {
        return new Catalog.AliasId(alias.function(), alias.name());
    }

    private void beginTrial(RoutedFunction function, Alias alias, Duration triedBefore) {
        Rollout rollout = alias.rollout();
        Route canary = rollout == null ? null : function.versions().get(rollout.version());
        if (canary != null) {
            canary.trial(new Trial(triedBefore, clock.nanoTime()));
            onTrial.add(function.name());
        }
    }

    private static void endTrial(@Nullable RoutedFunction function, String alias) {
        RoutedAlias before = function == null ? null : function.aliases().get(alias);
        Rollout rollout = before == null ? null : before.alias().rollout();
        Route canary =
                function == null || rollout == null ? null : function.versions().get(rollout.version());
        if (canary != null) {
            canary.trial(null);
        }
    }

    /** The functions that have a canary to be judged. */
    List<RoutedFunction> onTrial() {
        onTrial.removeIf(name -> {
            RoutedFunction function = routes.function(name);
            return function == null
                    || function.aliases().values().stream()
                            .allMatch(alias -> alias.alias().rollout() == null);
        });
        return onTrial.stream().map(routes::function).filter(Objects::nonNull).toList();
    }

    /** Notes how long canaries have been tried, for the next host: no clock but this process' own can tell it. */
    void noteTrials() {
        lock.lock();
        try {
            Map<Catalog.AliasId, Duration> tried = new HashMap<>();
            for (RoutedFunction function : onTrial()) {
                for (RoutedAlias routed : function.aliases().values()) {
                    Trial trial = trial(function, routed.alias());
                    if (trial != null) {
                        tried.put(id(routed.alias()), age(trial));
                    }
                }
            }
            if (!tried.isEmpty()) {
                catalog.tried(tried);
            }
        } finally {
            lock.unlock();
        }
    }

    /** How an alias' canary does; null = it has none to be judged. */
    static @Nullable Trial trial(RoutedFunction function, Alias alias) {
        Rollout rollout = alias.rollout();
        Route canary = rollout == null ? null : function.versions().get(rollout.version());
        return canary == null ? null : canary.trial();
    }

    /** What an alias pointed to, the newest first; empty when there is none of that name. */
    public List<AliasChange> changes(String function, String alias) {
        return catalog.changes(function, alias);
    }

    /** When a function's versions were last invoked, by number; without those that never were. */
    public Map<Integer, Instant> lastInvoked(RoutedFunction function) {
        Map<Integer, Instant> lastInvoked = new TreeMap<>(catalog.lastInvoked(function.name()));
        for (Route route : function.versions().values()) {
            Instant invokedAt = invokedAt(route);
            if (invokedAt != null) {
                lastInvoked.put(route.version().number(), invokedAt);
            }
        }
        return lastInvoked;
    }

    /** When a version was last invoked since the host started; null = not at all. */
    public @Nullable Instant invokedAt(Route route) {
        long invokedNs = route.invokedNs();
        return invokedNs == 0
                ? null
                : clock.instant().minusNanos(System.nanoTime() - invokedNs).truncatedTo(ChronoUnit.MILLIS);
    }

    /** Notes when versions were last invoked. */
    void invoked(Map<Catalog.VersionId, Instant> lastInvokedAt) {
        catalog.invoked(lastInvokedAt);
    }

    /** The versions that may go, at most so many: see {@link Catalog#idleSince}. */
    List<Catalog.VersionId> idleSince(Instant before, int countMax) {
        return catalog.idleSince(before, countMax);
    }

    /**
     * Removes an alias; its versions stay.
     *
     * @throws MayflyException.NotFound when there is none of that name
     */
    public void removeAlias(String function, String alias) {
        lock.lock();
        try {
            RoutedFunction before = require(function);
            if (!catalog.removeAlias(function, alias)) {
                throw noAlias(function, alias);
            }
            reached.accept(DeployStep.ALIAS_COMMITTED);
            endTrial(before, alias);
            routes.put(before.withoutAlias(alias));
            reached.accept(DeployStep.ALIAS_ROUTED);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Removes a version. Calls that have begun end in peace.
     *
     * @throws MayflyException.NotFound when there is no such version
     * @throws MayflyException.Conflict when an alias points to it
     */
    public void removeVersion(String function, int number) {
        Route route;
        lock.lock();
        try {
            RoutedFunction before = require(function);
            route = before.versions().get(number);
            if (!catalog.removeVersion(function, number) || route == null) {
                throw new MayflyException.NotFound(function + " has no version " + number);
            }
            reached.accept(DeployStep.VERSION_REMOVED);
            routes.put(before.without(number));
            reached.accept(DeployStep.VERSION_UNROUTED);
            route.close();
        } finally {
            lock.unlock();
        }
        removeUnlessDeployed(route.version().component());
        reached.accept(DeployStep.VERSION_CLEANED);
    }

    /**
     * Removes a function with all its versions. Calls that have begun end in peace.
     *
     * @return whether there was one of that name
     */
    public boolean remove(String function) {
        RoutedFunction removed;
        lock.lock();
        try {
            removed = routes.function(function);
            if (removed == null) {
                return false;
            }
            catalog.remove(function);
            routes.remove(function);
            removed.versions().values().forEach(Route::close);
        } finally {
            lock.unlock();
        }
        removed.versions().values().stream()
                .map(route -> route.version().component())
                .distinct()
                .forEach(this::removeUnlessDeployed);
        packs.remove(function);
        return true;
    }

    /** Takes a component out of the store, unless some version is made of it. */
    void removeUnlessDeployed(Digest component) {
        store.removeComponent(component, routes::isDeployed);
    }

    private RoutedFunction require(String function) {
        RoutedFunction found = routes.function(function);
        if (found == null) {
            throw new MayflyException.NotFound("no function is called " + function);
        }
        return found;
    }

    private static MayflyException.NotFound noAlias(String function, String alias) {
        return new MayflyException.NotFound(function + " has no alias " + alias);
    }

    /** How long a canary has been tried, with the time before a restart. */
    Duration age(Trial trial) {
        return trial.age(clock.nanoTime());
    }

    /** What changes are dated by. */
    public Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }
}
