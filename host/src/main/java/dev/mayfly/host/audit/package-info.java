/** What was done to this host, by whom: a log that only grows. */
@NullMarked
package dev.mayfly.host.audit;

import org.jspecify.annotations.NullMarked;
