/**
 * Invocation slots: what one call needs of memory, pooled and bounded.
 *
 * <p>The rules of this package:
 *
 * <ul>
 *   <li>Pools and {@link dev.mayfly.memorypool.Admission} may be used from any thread at any time. Taking and giving back is lock-free; only
 *       making something new, which stops once a pool has seen its load, takes a lock.
 *   <li>An {@link dev.mayfly.memorypool.InvocationSlot} and what it hands out belong to one invocation, so to one thread at a time, from
 *       {@code tryAcquire} to {@code release}.
 *   <li>After warm-up nothing here allocates, except where text is asked for as a {@link java.lang.String}.
 *   <li>What runs out is a named value, never an exception. An exception means that a caller broke a rule: a slab given back twice, a slot
 *       used after its release.
 *   <li>Memory taken from the system stays with its pool until the pool is closed: the next peak must not wait for the kernel.
 * </ul>
 */
@NullMarked
package dev.mayfly.memorypool;

import org.jspecify.annotations.NullMarked;
