/**
 * From an upload to a function that answers, one step after the other, so that a crash between any two leaves the old function or the new one.
 */
@NullMarked
package dev.mayfly.host.deploy;

import org.jspecify.annotations.NullMarked;
