package dev.mayfly.hostinterfaces;

import dev.mayfly.engine.Operation;
import java.util.Map;

/** {@code mayfly:config/config} and {@code wasi:config/store}: what was set for a function at deploy. */
public final class ConfigOperations {
    private ConfigOperations() {}

    /** Adds them to a table. */
    public static void addTo(OperationTable.Builder table) {
        table.with(Operation.CONFIG_GET, (call, in, out) -> {
            String name = in.text();
            String value = call.function().config().get(name);
            if (value == null) {
                throw HostError.of(HostError.Kind.NOT_FOUND, name);
            }
            out.text(value);
        });
        table.with(Operation.CONFIG_GET_ALL, (call, in, out) -> {
            Map<String, String> config = call.function().config();
            out.u32(config.size());
            config.forEach((name, value) -> out.text(name).text(value));
        });
    }
}
