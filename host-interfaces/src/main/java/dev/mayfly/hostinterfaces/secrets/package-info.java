/** Secrets: what is behind a secret binding. */
@NullMarked
package dev.mayfly.hostinterfaces.secrets;

import org.jspecify.annotations.NullMarked;
