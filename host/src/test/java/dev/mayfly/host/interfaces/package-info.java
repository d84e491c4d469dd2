/** Bad days: what functions reach for breaks, is greedy or isn't theirs, and the host and its other functions go on. */
@NullMarked
package dev.mayfly.host.interfaces;

import org.jspecify.annotations.NullMarked;
