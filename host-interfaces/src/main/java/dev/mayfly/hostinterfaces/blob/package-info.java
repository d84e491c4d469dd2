/** Blob stores: what is behind a blob binding. */
@NullMarked
package dev.mayfly.hostinterfaces.blob;

import org.jspecify.annotations.NullMarked;
