/**
 * Measurements: microbenchmarks, the tail-latency suite and comparisons with peers.
 */
@NullMarked
package dev.mayfly.benchmarks;

import org.jspecify.annotations.NullMarked;
