/** Real hosts and real clients for tests. */
@NullMarked
package dev.mayfly.host.testing;

import org.jspecify.annotations.NullMarked;
