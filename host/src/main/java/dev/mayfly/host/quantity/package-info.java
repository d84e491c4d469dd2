/** Sizes and times with their units, as people write them on the command line and in files. */
@NullMarked
package dev.mayfly.host.quantity;

import org.jspecify.annotations.NullMarked;
