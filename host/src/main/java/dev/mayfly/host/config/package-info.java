/**
 * What a host is told and by whom: {@code mayfly.yaml}, environment variables, system properties and command line options, the later over the
 * earlier.
 */
@NullMarked
package dev.mayfly.host.config;

import org.jspecify.annotations.NullMarked;
