/**
 * What an operator sees of a running host: metrics in Prometheus' formats, and health.
 */
@NullMarked
package dev.mayfly.host.observe;

import org.jspecify.annotations.NullMarked;
