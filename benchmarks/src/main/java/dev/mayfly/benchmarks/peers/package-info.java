/**
 * Other WebAssembly engines for the JVM, each used as its own documentation says, with the core module of the same guest.
 */
@NullMarked
package dev.mayfly.benchmarks.peers;

import org.jspecify.annotations.NullMarked;
