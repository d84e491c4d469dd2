package dev.mayfly.hostinterfaces;

/**
 * Something under way for a function that goes on meanwhile: a resource of its {@link ResourceTable}. Whoever works on it unparks the invocation's
 * thread when something changed.
 *
 * <p>Threads: the invocation's own.
 */
public interface Awaitable {
    /**
     * Whether there is what the function waits for: a result or a failure.
     *
     * @param what of this resource, a number that its front end in the engine gives
     */
    boolean isReady(int what);

    /** How long until it is ready because nothing came. */
    long leftNs(int what);
}
