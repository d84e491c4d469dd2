/**
 * Secrets that functions get, kept sealed: AES-256-GCM under a key that is not in the database.
 *
 * <p>A value is in clear text only on its way in and on its way to a function that was granted it.
 */
@NullMarked
package dev.mayfly.host.secrets;

import org.jspecify.annotations.NullMarked;
