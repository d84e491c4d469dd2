/**
 * {@code bench http}: an echo function on a Mayfly host against an echo handler on the bare HTTP server below it.
 */
@NullMarked
package dev.mayfly.benchmarks.http;

import org.jspecify.annotations.NullMarked;
