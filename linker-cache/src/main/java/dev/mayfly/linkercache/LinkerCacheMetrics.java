package dev.mayfly.linkercache;

/**
 * Counters of a {@link LinkerCache}, read one after the other.
 *
 * @param tableCountMax how many tables may be loaded at once
 * @param loaded tables that calls get at the moment
 * @param retiredWaiting tables that calls no longer get, waiting for their last call to end
 * @param loads tables loaded so far
 * @param misses calls so far that found no table; more than loads when several waited for the same one
 * @param evictions tables so far that were unloaded to make room
 * @param recompilations artifacts so far that were found damaged or foreign and compiled again
 * @param failures loads so far that failed, or were not done by their caller's deadline
 */
public record LinkerCacheMetrics(
        int tableCountMax,
        int loaded,
        int retiredWaiting,
        long loads,
        long misses,
        long evictions,
        long recompilations,
        long failures) {}
