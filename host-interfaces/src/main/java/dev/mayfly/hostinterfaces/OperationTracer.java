package dev.mayfly.hostinterfaces;

/**
 * Is told of the operations of one invocation, one after the other, by whoever traces it.
 *
 * <p>Threads: the invocation's own.
 */
public interface OperationTracer {
    /** An operation begins. */
    void begin(int operation);

    /** It is over. */
    void end(boolean succeeded);

    /** What requests of the current operation carry on: W3C Trace Context's header {@code traceparent}. */
    String traceParent();
}
