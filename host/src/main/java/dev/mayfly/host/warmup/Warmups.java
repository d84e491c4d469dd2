package dev.mayfly.host.warmup;

import dev.mayfly.engine.MayflyException;
import dev.mayfly.host.access.Tenant;
import dev.mayfly.host.deploy.Releases;
import dev.mayfly.host.invoke.Invoker;
import dev.mayfly.host.invoke.Route;
import dev.mayfly.host.invoke.RoutedAlias;
import dev.mayfly.host.invoke.RoutedFunction;
import dev.mayfly.host.invoke.Routes;
import dev.mayfly.host.secrets.SecretVault;
import dev.mayfly.linkercache.ArtifactStore;
import dev.mayfly.linkercache.Digest;
import dev.mayfly.linkercache.LinkerCache;
import dev.mayfly.snapshots.SnapshotArchive;
import dev.mayfly.snapshots.SnapshotBuilder;
import dev.mayfly.snapshots.SnapshotRecord;
import dev.mayfly.snapshots.SnapshotRecords;
import dev.mayfly.snapshots.Uniqueness;
import dev.mayfly.snapshots.Warmup;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Makes snapshots in the background, one after the other, and has calls start from them. A function is called cold until it has one, and whenever it can't
 * be had.
 *
 * <p>A snapshot belongs to a version, by its digest. {@link SnapshotRecords} says what is there after a restart; a build that was interrupted begins anew.
 *
 * <p>Threads: any; the building has one of its own. Ownership: whoever makes it closes it, before the builder and the tables.
 */
public final class Warmups implements AutoCloseable {
    /** How long a snapshot's table may take to be compiled and loaded again. */
    private static final long MEND_NS_MAX = TimeUnit.SECONDS.toNanos(60);

    /** How often it looks what is to be done. */
    private static final long TICK_MS = 500;

    /** How long a call waits for the snapshot of a function that is debugged. */
    private static final Duration INLINE_TIME_MAX = Duration.ofSeconds(60);

    private static final System.Logger LOG = System.getLogger(Warmups.class.getName());

    private final Invoker invoker;
    private final Routes routes;
    private final Releases releases;
    private final SnapshotBuilder builder;
    private final ArchivedSnapshots archived;
    private final SecretVault secrets;
    private final Thread thread =
            Thread.ofPlatform().name("mayfly-warmup").daemon().unstarted(this::run);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    /** A build has ended, or was cancelled. */
    private final Condition ended = lock.newCondition();

    /** Guarded by {@link #lock}, as all below. */
    private final WarmedVersions versions;

    private final WarmupSchedule schedule;
    private final long bytesMax;
    private final List<Route> waiting = new ArrayList<>();
    private @Nullable Build current;
    private boolean closing;

    /** A build that is under way. */
    private static final class Build {
        final Route route;
        volatile boolean cancelled;

        Build(Route route) {
            this.route = route;
        }
    }

    /**
     * Knows the snapshots that there are; builds none before {@link #start}.
     *
     * @param archive where other hosts find them as well; null = nowhere
     * @param inactiveMin a version that was not invoked for so long loses its snapshot until it is
     * @param bytesMax of all snapshots; past it the least recently used go, until they are invoked
     */
    public Warmups(
            Invoker invoker,
            Releases releases,
            LinkerCache tables,
            ArtifactStore store,
            SnapshotBuilder builder,
            SnapshotRecords stored,
            @Nullable SnapshotArchive archive,
            SecretVault secrets,
            Duration inactiveMin,
            long bytesMax) {
        this.invoker = invoker;
        this.routes = invoker.routes();
        this.releases = releases;
        this.builder = builder;
        this.archived = new ArchivedSnapshots(archive);
        this.secrets = secrets;
        this.versions = new WarmedVersions(routes, tables, store, stored);
        this.schedule = new WarmupSchedule(releases, routes, inactiveMin);
        this.bytesMax = bytesMax;
    }

    /** The components that snapshots are, which stay in the store. */
    public Set<Digest> images() {
        return versions.images();
    }

    /** Begins, once the routes are there. */
    public Warmups start() {
        lock.lock();
        try {
            archived.gone(versions.restore());
        } finally {
            lock.unlock();
        }
        thread.start();
        return this;
    }

    /** A version is there, and an alias may point to it. Builds for versions of the function that none points to any more are cancelled. */
    public void published(Route route) {
        lock.lock();
        try {
            cancel(other -> other.name().equals(route.name()) && other != route && !isAliased(other));
            if (route.version().settings().warmup() != null) {
                versions.restore(route);
                changed.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Builds the snapshots of the versions that an alias points to, whatever they wait for.
     *
     * @throws MayflyException.Conflict when none of them says how it is warmed up
     */
    public void build(RoutedFunction function) {
        List<Route> wanted = WarmedVersions.of(function).filter(this::isAliased).toList();
        if (wanted.isEmpty()) {
            throw new MayflyException.Conflict("no version of " + Tenant.shortName(function.name())
                    + " that an alias points to has a warm-up: [warmup] in mayfly.toml");
        }
        lock.lock();
        try {
            wanted.forEach(this::enqueue);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Has the snapshot of a version built that has none, before all others, and waits for it: for functions that are debugged.
     *
     * @return why there is none, a line each; empty when there is one now
     * @throws MayflyException.Unavailable when that takes longer than {@link #INLINE_TIME_MAX}, or it is cancelled
     */
    public List<String> buildInline(Route route) {
        Digest version = route.version().digest();
        lock.lock();
        try {
            long leftNs = INLINE_TIME_MAX.toNanos();
            SnapshotRecord before = versions.record(version);
            if ((before == null || !before.isRefused()) && !isBuilding(version)) {
                waiting.removeIf(other -> other.version().digest().equals(version));
                waiting.addFirst(route);
                changed.signal();
            }
            while (leftNs > 0 && !closing && (isWaiting(version) || isBuilding(version))) {
                leftNs = ended.awaitNanos(leftNs);
            }
            SnapshotRecord record = versions.record(version);
            String failure = schedule.failure(version);
            if (route.isWarmed()) {
                return List.of();
            }
            if (record != null && record.isRefused()) {
                return record.causes();
            }
            if (!failure.isEmpty() && leftNs > 0) {
                return List.of(failure);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
        throw new MayflyException.Unavailable(
                "the function's snapshot is not ready (limit inline-warmup-time-max=" + INLINE_TIME_MAX.toSeconds()
                        + "s)",
                Duration.ofSeconds(1));
    }

    /**
     * Throws the snapshots of a function away, archived ones too. What is to be warmed up when it is published is built again.
     *
     * @throws MayflyException.Unavailable when the archive can't be reached
     */
    public void purge(RoutedFunction function) {
        List<Digest> purged = WarmedVersions.of(function)
                .map(route -> route.version().digest())
                .toList();
        // Once more below, for what begins meanwhile.
        cancelBuilds(function);
        archived.purge(purged, () -> {
            lock.lock();
            try {
                cancelBuilds(function);
                purged.forEach(schedule::clear);
                purged.forEach(versions::forget);
                changed.signal();
            } finally {
                lock.unlock();
            }
        });
    }

    private void cancelBuilds(RoutedFunction function) {
        lock.lock();
        try {
            cancel(route -> route.name().equals(function.name()));
        } finally {
            lock.unlock();
        }
    }

    /** What is known of a function's versions that say how they are warmed up, the newest first. */
    public List<WarmupReport> reports(RoutedFunction function) {
        lock.lock();
        try {
            return WarmedVersions.of(function).map(this::report).toList().reversed();
        } finally {
            lock.unlock();
        }
    }

    private WarmupReport report(Route route) {
        Digest version = route.version().digest();
        SnapshotRecord record = versions.record(version);
        String failure = schedule.failure(version);
        WarmupReport.State state = isBuilding(version)
                ? WarmupReport.State.BUILDING
                : isWaiting(version) ? WarmupReport.State.WAITING : WarmupReport.state(record, failure);
        return new WarmupReport(route.version().number(), WarmedVersions.warmup(route), state, record, failure);
    }

    private boolean isBuilding(Digest version) {
        return current != null && current.route.version().digest().equals(version);
    }

    private boolean isWaiting(Digest version) {
        return waiting.stream().anyMatch(route -> route.version().digest().equals(version));
    }

    private boolean isAliased(Route route) {
        RoutedFunction function = routes.function(route.name());
        return function != null
                && function.aliases().values().stream()
                        .map(RoutedAlias::alias)
                        .anyMatch(alias -> alias.pointsTo(route.version().number()));
    }

    private void enqueue(Route route) {
        Digest version = route.version().digest();
        if (!isWaiting(version) && !isBuilding(version)) {
            waiting.add(route);
            changed.signal();
        }
    }

    private void cancel(Predicate<Route> which) {
        waiting.removeIf(which);
        Build build = current;
        if (build != null && which.test(build.route)) {
            build.cancelled = true;
            thread.interrupt();
        }
        ended.signalAll();
    }

    private void run() {
        while (true) {
            Build build = null;
            // Without the lock, as it may take as long as compiling.
            versions.all().forEach(route -> route.mendImage(System.nanoTime() + MEND_NS_MAX));
            lock.lock();
            try {
                if (closing) {
                    return;
                }
                if (waiting.isEmpty()) {
                    look();
                }
                if (waiting.isEmpty()) {
                    changed.await(TICK_MS, TimeUnit.MILLISECONDS);
                } else {
                    build = new Build(waiting.removeFirst());
                    current = build;
                }
            } catch (InterruptedException e) {
                // A build was cancelled just as it ended.
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.ERROR, "looking after snapshots failed", e);
            } finally {
                lock.unlock();
            }
            if (build != null) {
                build(build);
            } else {
                archived.tend(this::withImage);
            }
        }
    }

    /** Looks what is to be built, and what is to go. */
    private void look() {
        for (Route route : versions.all().toList()) {
            Digest version = route.version().digest();
            switch (schedule.next(route, WarmedVersions.warmup(route), versions.record(version))) {
                case NOTHING -> {}
                case BUILD -> enqueue(route);
                case REPLACE -> {
                    versions.forget(version);
                    enqueue(route);
                }
                case DEACTIVATE -> deactivate(version);
            }
        }
        archived.gone(versions.forgetRemoved());
        versions.past(bytesMax, this::usedAt).forEach(this::deactivate);
    }

    private Map<Digest, SnapshotRecord> withImage() {
        lock.lock();
        try {
            return versions.withImage();
        } finally {
            lock.unlock();
        }
    }

    private void deactivate(Digest version) {
        versions.forget(version);
        versions.put(version, SnapshotRecord.inactive(releases.now()));
    }

    /** When a version's snapshot was last of use: when it was built, if nobody has invoked it since. */
    private Instant usedAt(Digest version, SnapshotRecord record) {
        return versions.of(version).stream()
                .map(releases::invokedAt)
                .filter(Objects::nonNull)
                .reduce(record.at(), (one, other) -> one.isAfter(other) ? one : other);
    }

    private void build(Build build) {
        Route route = build.route;
        long startNs = System.nanoTime();
        SnapshotRecord refused = null;
        String failed = null;
        try {
            WarmupCalls calls = new WarmupCalls(
                    invoker,
                    route,
                    WarmedVersions.warmup(route),
                    () -> build.cancelled,
                    new SecretScan(secrets(route)));
            if (!isRestored(build, calls)) {
                builder.build(
                        route.version().component(),
                        calls,
                        (image, bytes, uniqueness) -> take(
                                build, SnapshotRecord.of(image, bytes, releases.now(), msSince(startNs), uniqueness)));
                archived.built(route.version().digest());
            }
        } catch (MayflyException.Invalid e) {
            refused = SnapshotRecord.refused(
                    releases.now(), msSince(startNs), e.safeMessage().lines().toList());
        } catch (MayflyException.Internal e) {
            LOG.log(System.Logger.Level.ERROR, "warming up " + route.name() + " failed", e);
            failed = e.safeMessage();
        } catch (MayflyException e) {
            failed = e.safeMessage();
        } catch (InterruptedException e) {
            build.cancelled = true;
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "warming up " + route.name() + " failed", e);
            failed = "the host failed; its log has the cause";
        }
        lock.lock();
        try {
            current = null;
            // An interrupt that came too late is not for the next build.
            boolean late = Thread.interrupted();
            if (!build.cancelled && !late && !closing) {
                end(route, refused, failed);
            }
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "what the warm-up of " + route.name() + " came to can't be kept", e);
        } finally {
            ended.signalAll();
            lock.unlock();
        }
    }

    /** What the archive has is taken where there is nothing; what is to be replaced is built. */
    private boolean isRestored(Build build, WarmupCalls calls) throws InterruptedException {
        Digest version = build.route.version().digest();
        Warmup warmup = WarmedVersions.warmup(build.route);
        SnapshotRecord record;
        lock.lock();
        try {
            record = versions.record(version);
        } finally {
            lock.unlock();
        }
        return (record == null || record.isInactive())
                && archived.restore(
                        version, found -> schedule.isFresh(warmup, found), calls, found -> take(build, found));
    }

    private void take(Build build, SnapshotRecord record) {
        if (record.imageBytes() > bytesMax) {
            throw new MayflyException.Invalid("the snapshot has " + record.imageBytes()
                    + " bytes, and all together may have " + bytesMax + " (limit snapshot-bytes-max)");
        }
        Digest version = build.route.version().digest();
        lock.lock();
        try {
            if (build.cancelled || versions.of(version).isEmpty()) {
                throw new MayflyException.Conflict("the version is gone, or its warm-up was cancelled");
            }
            versions.warm(version, record);
        } finally {
            lock.unlock();
        }
        warn(build.route, Objects.requireNonNull(record.uniqueness()));
    }

    /** Says what calls share that look at it as their own. */
    private static void warn(Route route, Uniqueness uniqueness) {
        if (uniqueness.verdict() == Uniqueness.Verdict.REVIEW
                && WarmedVersions.warmup(route).uniqueness() != Uniqueness.Policy.ALLOW) {
            warn(route, "has a snapshot to be looked at: " + String.join("; ", uniqueness.findings()));
        }
    }

    private void end(Route route, @Nullable SnapshotRecord refused, @Nullable String failed) {
        Digest version = route.version().digest();
        SnapshotRecord before = versions.record(version);
        boolean hasGood = before != null && before.image() != null;
        if (refused == null && failed == null) {
            schedule.clear(version);
        } else if (refused != null && !hasGood) {
            schedule.clear(version);
            versions.put(version, refused);
            warn(route, "has no snapshot and starts cold: " + refused.causes().getFirst());
        } else {
            String message = refused == null ? Objects.requireNonNull(failed) : String.join("\n", refused.causes());
            schedule.failed(version, message);
            warn(route, (hasGood ? "keeps the snapshot it has: " : "has no snapshot yet and starts cold: ") + message);
        }
    }

    private static void warn(Route route, String what) {
        LOG.log(
                System.Logger.Level.WARNING,
                "version " + route.version().number() + " of " + route.name() + " " + what);
    }

    /** All of its tenant's: what one function must not hold is not another's to hold either. */
    private Map<String, String> secrets(Route route) {
        Tenant tenant = Tenant.ofFunction(route.name());
        Map<String, String> values = new HashMap<>();
        for (String name : secrets.list(tenant).keySet()) {
            String value = secrets.value(tenant, name);
            if (value != null) {
                values.put(name, value);
            }
        }
        return values;
    }

    private static long msSince(long startNs) {
        return (System.nanoTime() - startNs) / 1_000_000;
    }

    /** Stops what is being built. What calls have stays. */
    @Override
    public void close() {
        lock.lock();
        try {
            closing = true;
            cancel(route -> true);
            thread.interrupt();
        } finally {
            lock.unlock();
        }
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
