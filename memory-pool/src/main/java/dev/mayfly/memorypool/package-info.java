/**
 * Invocation slots: what one call needs of memory, pooled and bounded.
 */
@NullMarked
package dev.mayfly.memorypool;

import org.jspecify.annotations.NullMarked;
