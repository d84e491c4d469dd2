/**
 * What the operator set up for functions: read from a file, opened when the host starts, and granted to functions by name.
 */
@NullMarked
package dev.mayfly.host.bindings;

import org.jspecify.annotations.NullMarked;
