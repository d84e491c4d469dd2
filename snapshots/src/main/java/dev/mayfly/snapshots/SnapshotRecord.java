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
 * @param causes why there is no snapshot, a line each; empty when there is one
 */
public record SnapshotRecord(@Nullable Digest image, long imageBytes, Instant at, long buildMs, List<String> causes) {
    public SnapshotRecord {
        causes = List.copyOf(causes);
    }

    /** There can't be a snapshot of this function. */
    public static SnapshotRecord refused(Instant at, long buildMs, List<String> causes) {
        return new SnapshotRecord(null, 0, at, buildMs, causes);
    }
}
