package dev.mayfly.hostinterfaces;

import java.util.Map;

/**
 * On whose behalf an operation is performed.
 *
 * @param name the function's
 * @param config what the operator set for it at deploy
 */
public record FunctionContext(String name, Map<String, String> config) {
    public FunctionContext {
        config = Map.copyOf(config);
    }
}
