package dev.mayfly.host.warmup;

import dev.mayfly.snapshots.SnapshotRecord;
import dev.mayfly.snapshots.Warmup;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a version's warm-up.
 *
 * @param record what the last one came to; null = none has ended
 * @param failure why it came to nothing, to be tried again; empty = it didn't
 */
public record WarmupReport(
        int version, Warmup warmup, State state, @Nullable SnapshotRecord record, String failure) {
    /** How far a version's snapshot is. */
    public enum State {
        /** There is none, and nothing that would make one. */
        COLD,
        WAITING,
        BUILDING,
        /** Calls start from it. */
        WARMED,
        /** There can be none. */
        REFUSED,
        /** There is none yet: it is tried again. */
        FAILED,
        /** It went as nobody invoked the version; the next call brings it back. */
        INACTIVE;

        private final String label = name().toLowerCase(Locale.ROOT);

        /** As the API has it. */
        public String label() {
            return label;
        }
    }

    /** Of a version that is not being built. */
    static State state(@Nullable SnapshotRecord record, String failure) {
        if (record == null) {
            return failure.isEmpty() ? State.COLD : State.FAILED;
        }
        if (record.image() != null) {
            return State.WARMED;
        }
        return record.isInactive() ? State.INACTIVE : State.REFUSED;
    }
}
