/**
 * Warmed functions: warm-up, capture, and the records of their snapshots.
 */
@NullMarked
package dev.mayfly.snapshots;

import org.jspecify.annotations.NullMarked;
