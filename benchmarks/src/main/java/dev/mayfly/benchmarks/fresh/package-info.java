/**
 * {@code bench fresh}: what a call in a fresh instance costs, from stock wasmtime in Rust over Mayfly to the other engines for the JVM.
 */
@NullMarked
package dev.mayfly.benchmarks.fresh;

import org.jspecify.annotations.NullMarked;
