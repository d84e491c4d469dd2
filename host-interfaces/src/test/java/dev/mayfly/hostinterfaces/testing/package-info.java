/** Servers that tests run against, and what many tests need. */
@NullMarked
package dev.mayfly.hostinterfaces.testing;

import org.jspecify.annotations.NullMarked;
