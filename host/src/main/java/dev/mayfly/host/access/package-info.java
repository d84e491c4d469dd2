/**
 * Who may do what: tenants, API keys and what they permit.
 *
 * <p>A key is checked against one immutable snapshot of all keys. SQLite is asked when keys change, never when they are used.
 */
@NullMarked
package dev.mayfly.host.access;

import org.jspecify.annotations.NullMarked;
