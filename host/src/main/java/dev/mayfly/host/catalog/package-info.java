/**
 * Which functions there are: their names, components and configuration, kept durably.
 *
 * <p>A {@link dev.mayfly.host.catalog.Catalog} is the only truth about what is deployed. Artifacts, routing and everything else in memory
 * follows from it and can be made again. What functions are configured with is sealed in it.
 */
@NullMarked
package dev.mayfly.host.catalog;

import org.jspecify.annotations.NullMarked;
