package dev.mayfly.client;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How a canary is judged, and how it is doing.
 *
 * @param p99MaxMs null = any
 * @param calls so far; null when nothing is known yet, as for those behind it
 */
public record Rollout(
        int version,
        long promoteAfterMs,
        double errorRateMax,
        @Nullable Double p99MaxMs,
        long callsMin,
        Instant startedAt,
        @Nullable Long calls,
        @Nullable Double errorRate,
        @Nullable Double p99Ms) {}
