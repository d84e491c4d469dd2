package dev.mayfly.client;

import org.jspecify.annotations.Nullable;

/**
 * The rule by which a canary gets all calls or none.
 *
 * @param version the canary: a target, and not the first
 * @param promoteAfterMs how long it has to keep the rule
 * @param errorRateMax share of its calls that may fail, 0 to 1
 * @param p99MaxMs that 99 of 100 calls may take; null = any
 * @param callsMin fewer calls say nothing
 */
public record RolloutRule(
        int version,
        long promoteAfterMs,
        double errorRateMax,
        @Nullable Double p99MaxMs,
        int callsMin) {}
