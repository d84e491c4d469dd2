/**
 * Closed loops, and workers that run them on command.
 *
 * <p>Everything that is compared runs in a worker: a process of its own, so that two engines never share signal handlers, a heap or a compiler,
 * which measures for a while when told and otherwise waits. One after the other gets its turn, round after round, so that whatever else the
 * machine does hits all of them alike.
 */
@NullMarked
package dev.mayfly.benchmarks.measure;

import org.jspecify.annotations.NullMarked;
