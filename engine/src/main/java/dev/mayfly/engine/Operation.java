package dev.mayfly.engine;

/**
 * Numbers of the operations that a function asks the host for: the values of {@link FrameLayout#OPERATION}.
 *
 * <p>Arguments and answers by number; {@code text} is UTF-8 bytes at {@link FrameLayout#ARGUMENT_ADDRESS}, valid until the invocation resumes.
 *
 * <pre>
 *   number  operation    argument                                        answer
 *        1  BUFFER_GROW  ARGUMENT_0: bytes wanted                        ANSWER_ADDRESS: a {@link SlabLayout slab}, not yet linked
 *        2  LOG_FLUSH                                                    (the host has taken the records in the log region)
 *      256  CONFIG_GET   text: the name                                  the value's UTF-8 bytes, or NOT_FOUND
 * </pre>
 *
 * <p>Numbers below 256 keep an invocation itself going; from 256 on they are host interfaces' operations.
 */
public final class Operation {
    public static final int BUFFER_GROW = 1;
    public static final int LOG_FLUSH = 2;
    public static final int CONFIG_GET = 256;

    /** {@link FrameLayout#ANSWER_STATUS}: the operation succeeded. */
    public static final int OK = 0;
    /** What was named does not exist. */
    public static final int NOT_FOUND = 1;
    /** A limit of the invocation would be passed. */
    public static final int LIMIT_EXCEEDED = 2;
    /** The host has no room at the moment. */
    public static final int UNAVAILABLE = 3;

    private Operation() {}
}
