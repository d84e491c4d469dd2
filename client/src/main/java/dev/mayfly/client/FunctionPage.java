package dev.mayfly.client;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Some of a host's functions, by name.
 *
 * @param next what to ask on behind; null = these are the last ones
 */
public record FunctionPage(
        List<Function> functions, @Nullable String next) {}
