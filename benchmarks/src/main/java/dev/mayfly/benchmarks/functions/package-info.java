/**
 * {@code bench functions}: what it costs to have many functions.
 */
@NullMarked
package dev.mayfly.benchmarks.functions;

import org.jspecify.annotations.NullMarked;
