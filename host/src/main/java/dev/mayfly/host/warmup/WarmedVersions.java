package dev.mayfly.host.warmup;

import dev.mayfly.host.invoke.Route;
import dev.mayfly.host.invoke.RoutedFunction;
import dev.mayfly.host.invoke.Routes;
import dev.mayfly.linkercache.ArtifactStore;
import dev.mayfly.linkercache.Digest;
import dev.mayfly.linkercache.LinkerCache;
import dev.mayfly.snapshots.SnapshotRecord;
import dev.mayfly.snapshots.SnapshotRecords;
import dev.mayfly.snapshots.Warmup;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Which versions have a snapshot: on disk, and in the routes that calls take. Functions with the same version share one. Not thread-safe. */
final class WarmedVersions {
    private final Routes routes;
    private final LinkerCache tables;
    private final ArtifactStore store;
    private final SnapshotRecords stored;
    private final Map<Digest, SnapshotRecord> records;

    WarmedVersions(Routes routes, LinkerCache tables, ArtifactStore store, SnapshotRecords stored) {
        this.routes = routes;
        this.tables = tables;
        this.store = store;
        this.stored = stored;
        this.records = stored.all();
    }

    /** The components that snapshots are. */
    Set<Digest> images() {
        return records.values().stream()
                .map(SnapshotRecord::image)
                .filter(Objects::nonNull)
                .collect(Collectors.toSet());
    }

    /** Those that have a snapshot, with what is known of it. */
    Map<Digest, SnapshotRecord> withImage() {
        Map<Digest, SnapshotRecord> found = new HashMap<>(records);
        found.values().removeIf(record -> record.image() == null);
        return found;
    }

    /** Forgets what is of no use any more, and gives the routes the rest. Once, when they are there. Returns the versions that are gone. */
    List<Digest> restore() {
        for (Digest version : List.copyOf(records.keySet())) {
            Digest image = Objects.requireNonNull(records.get(version)).image();
            if (image != null && !store.hasComponent(image)) {
                forget(version);
            }
        }
        List<Digest> gone = forgetRemoved();
        all().forEach(this::restore);
        return gone;
    }

    /** Gives a route its snapshot, if there is one. */
    void restore(Route route) {
        SnapshotRecord record = record(route.version().digest());
        if (record != null && record.image() != null) {
            route.image(tables.open(record.image()));
        }
    }

    /** What the last build came to; null = none has ended. */
    @Nullable
    SnapshotRecord record(Digest version) {
        return records.get(version);
    }

    /** Remembers what a build without a snapshot came to. */
    void put(Digest version, SnapshotRecord record) {
        stored.put(version, record);
        records.put(version, record);
    }

    /** The swap. Calls that have begun end on what they began with. */
    void warm(Digest version, SnapshotRecord record) {
        Digest image = Objects.requireNonNull(record.image());
        SnapshotRecord before = record(version);
        put(version, record);
        of(version).forEach(route -> route.image(tables.open(image)));
        if (before != null && before.image() != null && !before.image().equals(image)) {
            store.removeComponent(before.image(), routes::isDeployed);
        }
    }

    /** Throws a version's snapshot away. */
    void forget(Digest version) {
        SnapshotRecord record = records.remove(version);
        stored.remove(version);
        of(version).forEach(route -> route.image(null));
        if (record != null && record.image() != null) {
            store.removeComponent(record.image(), routes::isDeployed);
        }
    }

    /**
     * The versions that have to give up their snapshots for the rest to have so many bytes, the least recently used first.
     *
     * @param usedAt when a snapshot was last of use
     */
    List<Digest> past(long bytesMax, BiFunction<Digest, SnapshotRecord, Instant> usedAt) {
        long bytes =
                records.values().stream().mapToLong(SnapshotRecord::imageBytes).sum();
        if (bytes <= bytesMax) {
            return List.of();
        }
        Map<Digest, Instant> used = new HashMap<>();
        records.forEach((version, record) -> {
            if (record.image() != null) {
                used.put(version, usedAt.apply(version, record));
            }
        });
        List<Digest> past = new ArrayList<>();
        for (Digest version : used.entrySet().stream()
                .sorted(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .toList()) {
            if (bytes > bytesMax) {
                past.add(version);
                bytes -= Objects.requireNonNull(records.get(version)).imageBytes();
            }
        }
        return past;
    }

    /** Throws the snapshots of versions away that are gone, and returns those. */
    List<Digest> forgetRemoved() {
        if (records.isEmpty()) {
            return List.of();
        }
        // One look at the functions for all records: this is done every half second.
        Set<Digest> there = all().map(route -> route.version().digest()).collect(Collectors.toSet());
        List<Digest> gone = records.keySet().stream()
                .filter(version -> !there.contains(version))
                .toList();
        gone.forEach(this::forget);
        return gone;
    }

    /** The routes of all versions that say how they are warmed up. Any thread may ask. */
    Stream<Route> all() {
        return routes.all().stream().flatMap(WarmedVersions::of);
    }

    static Stream<Route> of(RoutedFunction function) {
        return function.versions().values().stream()
                .filter(route -> route.version().settings().warmup() != null);
    }

    List<Route> of(Digest version) {
        return all().filter(route -> route.version().digest().equals(version)).toList();
    }

    /** How one of them is warmed up. */
    static Warmup warmup(Route route) {
        return Objects.requireNonNull(route.version().settings().warmup());
    }
}
