package dev.mayfly.hostinterfaces;

import dev.mayfly.engine.Operation;
import dev.mayfly.hostinterfaces.secrets.SecretOperations;
import dev.mayfly.hostinterfaces.secrets.SecretStore;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * {@code mayfly:config/config}, {@code wasi:config/store} and the environment: what was set for a function at deploy. A value {@code secret:NAME} stands for
 * the secret that the function has under that name, as it is when the function asks.
 */
public final class ConfigOperations {
    /** Begins the values that stand for a secret. */
    public static final String SECRET = "secret:";

    private ConfigOperations() {}

    /** Adds them to a table. */
    public static void addTo(OperationTable.Builder table) {
        table.with(Operation.CONFIG_GET, (call, in, out) -> {
            String name = in.text();
            String value = call.function().config().get(name);
            if (value == null) {
                throw HostError.of(HostError.Kind.NOT_FOUND, name);
            }
            out.text(open(call, value));
        });
        table.with(Operation.CONFIG_GET_ALL, (call, in, out) -> {
            // All of them before the first is written: one that can't be had is an error and no answer cut off.
            Map<String, String> config = new LinkedHashMap<>(call.function().config());
            config.replaceAll((name, value) -> open(call, value));
            out.u32(config.size());
            config.forEach((name, value) -> out.text(name).text(value));
        });
    }

    private static String open(OperationCall call, String value) {
        return value.startsWith(SECRET)
                ? call.provider(BindingKind.SECRET, value.substring(SECRET.length()), SecretStore.class)
                        .value(SecretOperations.STALENESS, call.deadline())
                : value;
    }
}
