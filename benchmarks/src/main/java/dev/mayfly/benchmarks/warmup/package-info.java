/** Functions that start from a snapshot, beside themselves without one. */
@NullMarked
package dev.mayfly.benchmarks.warmup;

import org.jspecify.annotations.NullMarked;
