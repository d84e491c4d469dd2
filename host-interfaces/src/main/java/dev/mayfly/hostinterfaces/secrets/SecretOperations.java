package dev.mayfly.hostinterfaces.secrets;

import dev.mayfly.engine.Operation;
import dev.mayfly.hostinterfaces.BindingKind;
import dev.mayfly.hostinterfaces.OperationTable;
import java.time.Duration;

/** {@code mayfly:secrets/secrets}: parameters in the order of {@code wit/secrets/secrets.wit}. */
public final class SecretOperations {
    /** What a function that doesn't say accepts: a rotated secret is seen within a minute. */
    public static final Duration STALENESS = Duration.ofMinutes(1);

    private SecretOperations() {}

    /** Adds them to a table. */
    public static void addTo(OperationTable.Builder table) {
        table.with(Operation.SECRET_GET, (call, in, out) -> {
            SecretStore secret = call.provider(BindingKind.SECRET, in.text(), SecretStore.class);
            Duration staleness = in.bool() ? Duration.ofMillis(Math.max(0, in.i64())) : STALENESS;
            out.text(secret.value(staleness, call.deadline()));
        });
    }
}
