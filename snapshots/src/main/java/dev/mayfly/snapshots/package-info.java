/**
 * Warmed functions: warm-up, capture, audit and ageing of their snapshots.
 */
@NullMarked
package dev.mayfly.snapshots;

import org.jspecify.annotations.NullMarked;
