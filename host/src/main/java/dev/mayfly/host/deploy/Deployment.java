package dev.mayfly.host.deploy;

import dev.mayfly.host.catalog.FunctionVersion;
import dev.mayfly.host.invoke.RoutedFunction;
import org.jspecify.annotations.Nullable;

/**
 * What a deployment came to.
 *
 * @param function with its aliases, right after
 * @param version the one deployed
 * @param functionCreated whether the name was free before
 * @param versionCreated whether the function did not have this very version before
 * @param replaced what the alias pointed to before; null = nothing
 */
public record Deployment(
        RoutedFunction function,
        FunctionVersion version,
        boolean functionCreated,
        boolean versionCreated,
        @Nullable FunctionVersion replaced) {}
