package dev.mayfly.hostinterfaces;

/**
 * Performs one operation for any function that asks. A provider implements one for each of its operations and keeps what outlives the call:
 * connections, credentials, caches.
 *
 * <p>Threads: called from many at once. The calling thread is the invocation's own, a virtual one as a rule, with no native frame on its
 * stack: a handler may block.
 */
@FunctionalInterface
public interface OperationHandler {
    /**
     * Performs {@code call} and answers it, once. What a function can act on is answered as a status; an exception is a bug or a broken machine
     * and ends the invocation.
     */
    void perform(OperationCall call);
}
