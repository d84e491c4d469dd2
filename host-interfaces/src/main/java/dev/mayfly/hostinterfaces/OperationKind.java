package dev.mayfly.hostinterfaces;

import dev.mayfly.engine.Operation;
import java.util.Locale;

/** The interface that an operation belongs to: what receipts count operations by. */
public enum OperationKind {
    CONFIG,
    SECRETS,
    KV,
    SQL,
    BLOB,
    HTTP,
    PUBSUB,
    FUNCTIONS,
    CUSTOM;

    private final String label = name().toLowerCase(Locale.ROOT);

    /** As receipts and metrics have it. */
    public String label() {
        return label;
    }

    /** The kind of an operation that a handler may serve, by its {@link Operation} number. */
    public static OperationKind of(int operation) {
        // An interface's operations are numbered one behind the other, and so are the interfaces.
        if (operation < Operation.KV_GET) {
            return operation == Operation.SECRET_GET ? SECRETS : CONFIG;
        }
        if (operation < Operation.HTTP_SEND) {
            return operation < Operation.SQL_QUERY ? KV : operation < Operation.BLOB_GET ? SQL : BLOB;
        }
        if (operation < Operation.EVENT_SPAWN) {
            return operation < Operation.EVENT_PUBLISH ? HTTP : PUBSUB;
        }
        return operation < Operation.CUSTOM_CALL ? FUNCTIONS : CUSTOM;
    }
}
