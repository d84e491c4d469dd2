/** Databases: what is behind an sql binding. */
@NullMarked
package dev.mayfly.hostinterfaces.sql;

import org.jspecify.annotations.NullMarked;
