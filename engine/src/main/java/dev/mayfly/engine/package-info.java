/**
 * The native seam: Java's view of the WebAssembly engine.
 */
@NullMarked
package dev.mayfly.engine;

import org.jspecify.annotations.NullMarked;
