/** Warmed functions: when a snapshot is made, what its warm-up requests may do, and when calls get it. */
@NullMarked
package dev.mayfly.host.warmup;

import org.jspecify.annotations.NullMarked;
