package dev.mayfly.client;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of a version's warm-up.
 *
 * @param state {@code cold}, {@code waiting}, {@code building}, {@code warmed}, {@code refused}, {@code failed} or {@code inactive}
 * @param when what starts it: {@code publish}, {@code idle} or {@code command}
 * @param endedAt of the last one; null = none has ended
 * @param buildMs how long that took
 * @param image the snapshot's digest; null = there is none
 * @param imageBytes its size
 * @param verdict what is to be thought of what its calls share: {@code unique}, {@code hash-seeds-only} or {@code review}; null = there is no snapshot
 * @param findings what of it follows from randomness or the clock, and what asked for them, a line each
 * @param causes why there can be no snapshot, a line each
 * @param failure why there could be none so far, or no newer one; it is tried again
 */
public record WarmupReport(
        int version,
        String state,
        String when,
        @Nullable Instant endedAt,
        @Nullable Long buildMs,
        @Nullable String image,
        @Nullable Long imageBytes,
        @Nullable String verdict,
        @Nullable List<String> findings,
        @Nullable List<String> causes,
        @Nullable String failure) {}
