package dev.mayfly.hostinterfaces.sql;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * An SQLite database.
 *
 * <p>A function may run {@code SELECT}, {@code INSERT}, {@code UPDATE}, {@code DELETE}, {@code REPLACE}, {@code VALUES}, {@code WITH}, {@code CREATE},
 * {@code ALTER}, {@code DROP}, {@code ANALYZE}, {@code REINDEX} and {@code EXPLAIN}, and nothing that reaches beyond this database: no
 * {@code ATTACH}, {@code PRAGMA}, {@code VACUUM}, extension, and no {@code BEGIN} or {@code COMMIT} past its transaction.
 *
 * <p>Write-ahead log, {@code synchronous=FULL} (a commit is on disk when it returns) and foreign keys are on. One transaction writes at a time
 * and takes its lock when it begins; another waits for it until its deadline, which is then {@code UNAVAILABLE}. Readers wait for nobody.
 *
 * @param file or null for a temporary database: a file of its own that is deleted when it is closed
 * @param poolSize connections, each with a thread, 1 to 64
 * @param bytesMax how large the database may become, at least 64 KiB; counted in SQLite's default pages
 */
public record SqliteConfig(@Nullable Path file, int poolSize, long bytesMax) {
    static final int PAGE_BYTES = 4096;

    public SqliteConfig {
        if (poolSize < 1 || poolSize > 64) {
            throw new IllegalArgumentException("pool-size=" + poolSize + ": it is from 1 to 64");
        }
        if (bytesMax < (64 << 10) || bytesMax / PAGE_BYTES > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("bytes-max=" + bytesMax + ": it is from 64 KiB to 8 TiB");
        }
        // The driver would take what follows for settings.
        if (file != null && file.toString().contains("?")) {
            throw new IllegalArgumentException("file=" + file + ": its name has a question mark");
        }
    }

    /** The database in a file, of up to 10 GiB, with 4 connections. */
    public static SqliteConfig of(Path file) {
        return new SqliteConfig(file, 4, 10L << 30);
    }

    /** A database that is gone when it is closed, of up to 1 GiB, with 4 connections. */
    public static SqliteConfig temporary() {
        return new SqliteConfig(null, 4, 1L << 30);
    }

    public SqliteConfig withPoolSize(int size) {
        return new SqliteConfig(file, size, bytesMax);
    }

    public SqliteConfig withBytesMax(long bytes) {
        return new SqliteConfig(file, poolSize, bytes);
    }
}
