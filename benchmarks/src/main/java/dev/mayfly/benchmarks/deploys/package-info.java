/**
 * {@code bench deploys}: what deploying and moving aliases costs those who call meanwhile.
 */
@NullMarked
package dev.mayfly.benchmarks.deploys;

import org.jspecify.annotations.NullMarked;
