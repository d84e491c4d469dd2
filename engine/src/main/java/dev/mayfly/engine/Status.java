package dev.mayfly.engine;

/**
 * How a call into the engine ended: the values of {@link FrameLayout#STATUS}.
 *
 * <p>Plain numbers rather than an enum, because they are compared on the path of every call.
 */
public final class Status {
    /** The function returned: a response, or an error it reported ({@link FrameLayout#OUTCOME}). The invocation is gone. */
    public static final int DONE = 0;
    /** The function trapped: {@link TrapKind} and message are in the frame. The invocation is gone. */
    public static final int TRAP = 1;
    /** The function waits for the host to perform {@link FrameLayout#OPERATION}: do so, then resume. */
    public static final int OPERATION = 2;
    /** An epoch tick passed: look at deadline and cancellation, then resume or cancel. */
    public static final int YIELD = 3;
    /** The caller asked for something impossible, for instance limits past the engine's own. The invocation is gone. */
    public static final int REFUSED = 4;
    /** The engine's pool has no instance, memory, table or stack left. The invocation is gone; try again later. */
    public static final int EXHAUSTED = 5;
    /** A bug in the engine; a panic was contained. The invocation is gone. */
    public static final int FAILED = 6;

    private Status() {}

    /** Whether the invocation waits for {@link Frame#resume} or {@link Frame#cancel}. */
    public static boolean isSuspended(int status) {
        return status == OPERATION || status == YIELD;
    }
}
