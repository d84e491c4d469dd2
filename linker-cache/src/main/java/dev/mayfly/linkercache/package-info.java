/**
 * From an uploaded component to a pre-linked, ref-counted function table.
 */
@NullMarked
package dev.mayfly.linkercache;

import org.jspecify.annotations.NullMarked;
