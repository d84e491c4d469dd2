/**
 * What a benchmark says: rows as a table for people, as JSON for programs, and how they stand to the targets.
 */
@NullMarked
package dev.mayfly.benchmarks.report;

import org.jspecify.annotations.NullMarked;
