/** Events for functions: spawned and published ones. */
@NullMarked
package dev.mayfly.hostinterfaces.messaging;

import org.jspecify.annotations.NullMarked;
