package dev.mayfly.hostinterfaces.kv;

import dev.mayfly.engine.MayflyException;
import java.nio.file.Path;

/**
 * Where a {@link SqliteStore} keeps its data, and how much.
 *
 * @param file the database, made when it isn't there; its log stands beside it, of usually 4 MiB
 * @param bytesMax of the data in it
 * @param readerCount connections that read at the same time
 */
public record SqliteConfig(Path file, long bytesMax, int readerCount) {
    public SqliteConfig {
        if (bytesMax < 1) {
            throw new MayflyException.Invalid("SQLite store setting bytes-max=" + bytesMax + " must be positive");
        }
        if (readerCount < 1) {
            throw new MayflyException.Invalid("SQLite store setting reader-count=" + readerCount + " must be positive");
        }
    }

    /** 1 GiB, read by 4 at a time. */
    public static SqliteConfig of(Path file) {
        return new SqliteConfig(file, 1L << 30, 4);
    }
}
