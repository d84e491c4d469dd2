/**
 * {@code bench parts}: JMH benchmarks of what a call consists of.
 */
@NullMarked
package dev.mayfly.benchmarks.parts;

import org.jspecify.annotations.NullMarked;
