/** The admin API of a Mayfly host: {@link dev.mayfly.client.MayflyClient}, and what it answers. */
@NullMarked
package dev.mayfly.client;

import org.jspecify.annotations.NullMarked;
