package dev.mayfly.snapshots;

import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where packed snapshots are, by name: for other hosts, and for this one once it has let go of them.
 *
 * <p>What is put appears whole or not at all, and survives a crash once the method has returned. Whether it still is what was put is seen by whoever reads it.
 *
 * <p>Threads: any. Errors: {@link dev.mayfly.engine.MayflyException.Unavailable} when the store doesn't do it now.
 */
public interface SnapshotStore {
    /** Stores a file's bytes, in the place of what was there. */
    void put(String name, Path file);

    /**
     * Some of the bytes.
     *
     * @return fewer where they end, none behind that; null when there is nothing of this name
     */
    byte @Nullable [] read(String name, long offset, int bytes);

    /** Removes it, if it is there. */
    void remove(String name);

    /** All names that begin so. */
    Set<String> names(String beginning);
}
