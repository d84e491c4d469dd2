package dev.mayfly.hostinterfaces;

import java.util.Locale;

/**
 * What one invocation may ask of its host, all of its operations together. What would be more fails with {@code LIMIT_EXCEEDED}, which the function
 * can handle.
 *
 * @param operationCountMax operations
 * @param callDepthMax how many functions may call one another and wait
 * @param spawnDepthMax how many events one after the other may go back to one request
 * @param egressBytesMax bytes that operations may carry out of the function: keys, values, statements and bodies
 */
public record OperationLimits(int operationCountMax, int callDepthMax, int spawnDepthMax, long egressBytesMax) {
    /**
     * 100,000 operations: more is a function that runs wild. Calls 8 deep. 1,000 events, so that a
     * function may go on having itself called, but not for ever by mistake. Any number of bytes.
     */
    public static final OperationLimits DEFAULT = new OperationLimits(100_000, 8, 1_000, Long.MAX_VALUE);

    /** One of them. */
    public enum Kind {
        OPERATION_COUNT_MAX,
        CALL_DEPTH_MAX,
        SPAWN_DEPTH_MAX,
        EGRESS_BYTES_MAX;

        private final String label = name().toLowerCase(Locale.ROOT).replace('_', '-');

        /** As configuration, messages and metrics have it. */
        public String label() {
            return label;
        }
    }
}
