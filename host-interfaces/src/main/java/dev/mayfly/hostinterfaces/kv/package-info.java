/** Key-value stores: what is behind a kv binding. */
@NullMarked
package dev.mayfly.hostinterfaces.kv;

import org.jspecify.annotations.NullMarked;
