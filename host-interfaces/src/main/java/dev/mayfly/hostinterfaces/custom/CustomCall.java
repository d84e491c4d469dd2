package dev.mayfly.hostinterfaces.custom;

import dev.mayfly.hostinterfaces.HostError;
import dev.mayfly.hostinterfaces.OperationCall;
import org.jspecify.annotations.Nullable;

/** One call of a function, while its values are read and written. */
final class CustomCall {
    private final OperationCall operation;
    private @Nullable HostError refusal;

    CustomCall(OperationCall operation) {
        this.operation = operation;
    }

    OperationCall operation() {
        return operation;
    }

    /**
     * The number of a resource that the method returned. One too many is closed, and {@link #requireAll} says so when all are written: others behind
     * it would stay open otherwise, as nobody would know of them.
     */
    int add(AutoCloseable resource) {
        try {
            return operation.resources().add(resource);
        } catch (HostError e) {
            refusal = e;
            return 0;
        }
    }

    /** Throws what kept a resource from being added. */
    void requireAll() {
        if (refusal != null) {
            throw refusal;
        }
    }
}
