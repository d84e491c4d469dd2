/** Functions built for other hosts, beside the same ones built for this one. */
@NullMarked
package dev.mayfly.benchmarks.worlds;

import org.jspecify.annotations.NullMarked;
