package dev.mayfly.host.catalog;

import java.time.Instant;
import java.util.List;

/**
 * A function as the catalog keeps it.
 *
 * @param name in full, see {@link FunctionName#requireFull}
 * @param createdAt of the first deployment under this name, to the millisecond
 * @param versions by their numbers
 * @param aliases by their names
 */
public record StoredFunction(String name, Instant createdAt, List<FunctionVersion> versions, List<Alias> aliases) {
    public StoredFunction {
        FunctionName.requireFull(name);
        versions = List.copyOf(versions);
        aliases = List.copyOf(aliases);
    }
}
