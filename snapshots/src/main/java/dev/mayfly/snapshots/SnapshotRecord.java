package dev.mayfly.snapshots;

import dev.mayfly.linkercache.Digest;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a warm-up came to.
 *
 * @param image the snapshot's component; null = there is none
 * @param imageBytes its size
 * @param at when it was done
 * @param buildMs how long it took
 * @param uniqueness what its calls share; null = there is none
 * @param causes why there is no snapshot, a line each; empty when there is one, or was until nobody invoked the version
 */
public record SnapshotRecord(
        @Nullable Digest image,
        long imageBytes,
        Instant at,
        long buildMs,
        @Nullable Uniqueness uniqueness,
        List<String> causes) {
    public SnapshotRecord {
        causes = List.copyOf(causes);
    }

    /** There is a snapshot. */
    public static SnapshotRecord of(Digest image, long imageBytes, Instant at, long buildMs, Uniqueness uniqueness) {
        return new SnapshotRecord(image, imageBytes, at, buildMs, uniqueness, List.of());
    }

    /** The snapshot went, as nobody invoked the version. */
    public static SnapshotRecord inactive(Instant at) {
        return new SnapshotRecord(null, 0, at, 0, null, List.of());
    }

    /** Whether there is no snapshot, and nothing against one. */
    public boolean isInactive() {
        return image == null && causes.isEmpty();
    }

    /** Whether there can be no snapshot: {@link #causes} say why. */
    public boolean isRefused() {
        return !causes.isEmpty();
    }

    /** There can't be a snapshot of this function. */
    public static SnapshotRecord refused(Instant at, long buildMs, List<String> causes) {
        return new SnapshotRecord(null, 0, at, buildMs, null, causes);
    }
}
