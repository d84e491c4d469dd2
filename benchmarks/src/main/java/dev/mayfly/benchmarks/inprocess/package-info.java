/**
 * Mayfly inside a program that calls functions itself: everything of a host but its HTTP endpoint and its catalog.
 */
@NullMarked
package dev.mayfly.benchmarks.inprocess;

import org.jspecify.annotations.NullMarked;
