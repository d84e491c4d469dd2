package dev.mayfly.hostinterfaces.kv;

import dev.mayfly.engine.MayflyException;

/**
 * How much a {@link MemoryStore} holds.
 *
 * @param bytesMax of keys, values and what it takes to hold them
 */
public record MemoryConfig(long bytesMax) {
    public MemoryConfig {
        if (bytesMax < 1) {
            throw new MayflyException.Invalid("memory store setting bytes-max=" + bytesMax + " must be positive");
        }
    }

    /** 64 MiB. */
    public static MemoryConfig defaults() {
        return new MemoryConfig(64 << 20);
    }
}
