package dev.mayfly.client;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a host has for functions to use.
 *
 * @param functions those that have it
 * @param inUse operations at the moment
 * @param connectionsOpen null where the provider has no connections
 * @param connectionsInUse null where the provider does not know
 */
public record Binding(
        String name,
        String kind,
        String provider,
        int concurrencyMax,
        List<String> functions,
        int inUse,
        long operations,
        long errors,
        @Nullable Integer connectionsOpen,
        @Nullable Integer connectionsInUse) {}
