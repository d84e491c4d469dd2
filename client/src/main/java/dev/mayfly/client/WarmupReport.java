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
        @Nullable List<String> causes,
        @Nullable String failure) {}
