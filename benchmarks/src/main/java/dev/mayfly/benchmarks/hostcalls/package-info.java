/**
 * {@code bench host-calls}: what it costs a function to reach the world, beside Java that reaches it by the same classes.
 */
@NullMarked
package dev.mayfly.benchmarks.hostcalls;

import org.jspecify.annotations.NullMarked;
