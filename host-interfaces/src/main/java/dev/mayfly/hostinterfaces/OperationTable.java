package dev.mayfly.hostinterfaces;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Who performs which operation. One table serves every function; what a function may use is decided when it is linked and by each handler.
 *
 * <p>Immutable; any number of threads may use it at once.
 */
public final class OperationTable {
    /** Lower numbers keep an invocation itself going and are not for handlers. */
    private static final int FIRST = 256;
    /** High enough for every operation to come; a number beyond is a mistake. */
    private static final int LAST = 4095;

    private final @Nullable OperationHandler[] handlers;

    private OperationTable(@Nullable OperationHandler[] handlers) {
        this.handlers = handlers;
    }

    public static Builder builder() {
        return new Builder();
    }

    /**
     * Performs the operation that {@code call} is about.
     *
     * @throws IllegalStateException when no handler has that number: a function was linked against more than this table offers
     */
    public void perform(OperationCall call) {
        int index = call.operation() - FIRST;
        OperationHandler handler = index >= 0 && index < handlers.length ? handlers[index] : null;
        if (handler == null) {
            throw new IllegalStateException("no handler for operation=" + call.operation());
        }
        handler.perform(call);
    }

    /** Collects handlers. */
    public static final class Builder {
        private @Nullable OperationHandler[] handlers = new OperationHandler[0];

        private Builder() {}

        /**
         * Adds a handler.
         *
         * @param operation the number that {@code handler} serves
         * @throws IllegalArgumentException when it is out of range, or taken
         */
        public Builder with(int operation, OperationHandler handler) {
            if (operation < FIRST || operation > LAST) {
                throw new IllegalArgumentException(
                        "operation=" + operation + " is out of range: " + FIRST + " to " + LAST);
            }
            int index = operation - FIRST;
            if (index >= handlers.length) {
                handlers = Arrays.copyOf(handlers, index + 1);
            }
            if (handlers[index] != null) {
                throw new IllegalArgumentException("operation=" + operation + " has a handler already");
            }
            handlers[index] = handler;
            return this;
        }

        public OperationTable build() {
            return new OperationTable(handlers.clone());
        }
    }
}
