package dev.mayfly.hostinterfaces;

import dev.mayfly.engine.MayflyException;
import dev.mayfly.engine.Operation;
import dev.mayfly.memorypool.InvocationSlot;
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

    private static final System.Logger LOG = System.getLogger(OperationTable.class.getName());

    private final @Nullable OperationHandler[] handlers;

    private OperationTable(@Nullable OperationHandler[] handlers) {
        this.handlers = handlers;
    }

    public static Builder builder() {
        return new Builder();
    }

    /**
     * Performs the operation that {@code call}'s invocation is suspended in, and answers it.
     *
     * @throws IllegalStateException when no handler has that number: a function was linked against more than this table offers
     */
    public void perform(OperationCall call) {
        int operation = call.operation();
        InvocationSlot slot = call.slot();
        int index = operation - FIRST;
        OperationHandler handler = index >= 0 && index < handlers.length ? handlers[index] : null;
        if (handler == null) {
            throw new IllegalStateException("no handler for operation=" + operation);
        }
        boolean succeeded = false;
        try {
            call.begin();
            handler.perform(call, slot.argument(), slot.answer());
            slot.finishAnswer();
            succeeded = true;
        } catch (HostError e) {
            fail(call, e);
        } catch (MayflyException.LimitExceeded e) {
            slot.fail(Operation.LIMIT_EXCEEDED, e.limit());
        } catch (MayflyException.Unavailable e) {
            slot.fail(Operation.UNAVAILABLE, e.safeMessage());
        } finally {
            call.end(succeeded);
        }
    }

    private static void fail(OperationCall call, HostError error) {
        if (error.getCause() != null) {
            LOG.log(
                    System.Logger.Level.DEBUG,
                    () -> "operation=" + call.operation() + " of function "
                            + call.function().name() + " failed",
                    error.getCause());
        }
        int status = switch (error.kind()) {
            case NOT_FOUND -> Operation.NOT_FOUND;
            case CONFLICT -> Operation.CONFLICT;
            case INVALID -> Operation.INVALID;
            case PERMISSION_DENIED -> Operation.PERMISSION_DENIED;
            case LIMIT_EXCEEDED -> Operation.LIMIT_EXCEEDED;
            case TIMEOUT -> Operation.TIMEOUT;
            case UNAVAILABLE -> Operation.UNAVAILABLE;
        };
        call.slot().fail(status, error.text());
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
