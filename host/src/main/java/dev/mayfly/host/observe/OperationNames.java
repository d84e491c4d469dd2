package dev.mayfly.host.observe;

import dev.mayfly.engine.Operation;
import java.lang.reflect.Field;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** What operations are called in metrics, by their numbers: {@code KV_GET} is {@code kv-get}. */
final class OperationNames {
    /** Lower numbers are no host interface's, see {@link Operation}. */
    private static final int FIRST = 256;

    private static final Map<Integer, String> NAMES = read();

    private OperationNames() {}

    private static Map<Integer, String> read() {
        Map<Integer, String> names = new HashMap<>();
        try {
            for (Field field : Operation.class.getFields()) {
                int number = field.getInt(null);
                if (number >= FIRST) {
                    names.put(number, field.getName().toLowerCase(Locale.ROOT).replace('_', '-'));
                }
            }
        } catch (IllegalAccessException e) {
            throw new IllegalStateException("public constants can't be read", e);
        }
        return Map.copyOf(names);
    }

    /** Of any operation that was performed. */
    static String of(int operation) {
        return NAMES.getOrDefault(operation, "unknown");
    }
}
