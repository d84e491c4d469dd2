package dev.mayfly.host.invoke;

import dev.mayfly.hostinterfaces.OperationTracer;
import org.jspecify.annotations.Nullable;

/**
 * Makes traces of invocations. A host without one pays a look at a field for it.
 *
 * <p>Threads: any.
 */
public interface CallTracer {
    /** One invocation's trace. Threads: the invocation's own. */
    interface Trace extends OperationTracer {
        /** The invocation is over. */
        void end(Receipt receipt);
    }

    /**
     * Begins the trace of an invocation whose function begins now.
     *
     * @param traceParent what its request came with: W3C Trace Context, not checked yet
     * @param openedNs when its request or a place was waited for, else when it starts, on {@link System#nanoTime}'s clock
     * @param queuedNs how long it waited
     * @param startNs when the function begins
     */
    Trace begin(String function, String id, @Nullable String traceParent, long openedNs, long queuedNs, long startNs);
}
