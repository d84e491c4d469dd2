/**
 * The server: catalog, routing, HTTP endpoint, admin API and command line.
 */
@NullMarked
package dev.mayfly.host;

import org.jspecify.annotations.NullMarked;
