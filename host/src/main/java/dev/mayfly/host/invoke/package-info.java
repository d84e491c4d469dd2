/**
 * One invocation from admission to record: the loop that drives a function through its frame, and what is known of a function at run time.
 */
@NullMarked
package dev.mayfly.host.invoke;

import org.jspecify.annotations.NullMarked;
