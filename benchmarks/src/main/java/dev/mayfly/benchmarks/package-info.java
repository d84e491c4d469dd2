/**
 * Measurements: microbenchmarks, the tail-latency suite and comparisons with peers.
 *
 * <p>{@link dev.mayfly.benchmarks.Bench} is the command line. What is compared runs in a {@linkplain dev.mayfly.benchmarks.measure process of its
 * own}, in turn with its rivals.
 */
@NullMarked
package dev.mayfly.benchmarks;

import org.jspecify.annotations.NullMarked;
