/** Functions that work for others: events on their way to them, and calls from one to another. */
@NullMarked
package dev.mayfly.host.events;

import org.jspecify.annotations.NullMarked;
