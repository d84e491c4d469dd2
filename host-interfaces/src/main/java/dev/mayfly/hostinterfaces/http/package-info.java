/** Upstreams that functions call: what is behind an http binding. */
@NullMarked
package dev.mayfly.hostinterfaces.http;

import org.jspecify.annotations.NullMarked;
