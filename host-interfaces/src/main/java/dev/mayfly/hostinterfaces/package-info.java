/**
 * What a function may ask of its host: one operation table and its providers.
 */
@NullMarked
package dev.mayfly.hostinterfaces;

import org.jspecify.annotations.NullMarked;
