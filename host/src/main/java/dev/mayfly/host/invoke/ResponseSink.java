package dev.mayfly.host.invoke;

import org.jspecify.annotations.Nullable;

/**
 * Where a response goes while its function still runs: one that streams it, or goes on after it.
 *
 * <p>Threads: the invocation's own, between two runs of the function.
 */
public interface ResponseSink {
    /**
     * Sends what there is of the response in the invocation's slot, and empties the buffer of its body. Waits for the client.
     *
     * @return null, or why the function must not go on
     */
    @Nullable
    Outcome send(Invocation invocation);

    /** Whether the client has all of the response, so that it may go away. */
    boolean isComplete();
}
