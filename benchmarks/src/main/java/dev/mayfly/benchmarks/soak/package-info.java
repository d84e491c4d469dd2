/**
 * {@code bench soak}: whether anything is lost or grows over millions of calls.
 */
@NullMarked
package dev.mayfly.benchmarks.soak;

import org.jspecify.annotations.NullMarked;
