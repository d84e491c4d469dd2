package dev.mayfly.host.catalog;

import dev.mayfly.engine.MayflyException;
import dev.mayfly.linkercache.ArtifactStore;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.locks.ReentrantLock;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * A connection of its own to the catalog's file, for what is kept beside the functions: keys and secrets. Opened after {@link SqliteCatalog}, which
 * brings the tables to this version.
 *
 * <p>Threads: any; one at a time is served.
 */
public final class CatalogConnection implements AutoCloseable {
    private final ReentrantLock lock = new ReentrantLock();
    private final Connection connection;

    private CatalogConnection(Connection connection) {
        this.connection = connection;
    }

    /** What is done with a connection. */
    @FunctionalInterface
    public interface Work<T> {
        T on(Connection connection) throws SQLException;
    }

    /**
     * Opens the catalog's file.
     *
     * @throws MayflyException.Invalid when it is damaged, with what to do
     * @throws MayflyException.Internal when it can't be opened
     */
    public static CatalogConnection open(Path file) {
        SQLiteConfig config = new SQLiteConfig();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        config.enforceForeignKeys(true);
        // There are two connections, and an operator may look into the file while the host runs: a commit takes
        // milliseconds.
        config.setBusyTimeout(5_000);
        // A write transaction takes its lock when it begins: waiting is then in one place and can't end in a deadlock.
        config.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
        try {
            return new CatalogConnection(config.createConnection("jdbc:sqlite:" + file));
        } catch (SQLException e) {
            throw CatalogCheck.isDamage(e) ? CatalogCheck.damaged(file, e) : failure("opening " + file, e);
        }
    }

    /** Reads. */
    public <T> T read(String doing, Work<T> work) {
        lock.lock();
        try {
            return work.on(connection);
        } catch (SQLException e) {
            throw failure(doing, e);
        } finally {
            lock.unlock();
        }
    }

    /** Writes in one transaction: what was done is durable when this returns, and nothing was done when it throws. */
    public <T> T write(String doing, Work<T> work) {
        return read(doing, connection -> {
            begin(connection);
            try {
                T result = work.on(connection);
                connection.commit();
                return result;
            } catch (SQLException | RuntimeException e) {
                connection.rollback();
                throw e;
            } finally {
                connection.setAutoCommit(true);
            }
        });
    }

    private static void begin(Connection connection) throws SQLException {
        try {
            connection.setAutoCommit(false);
        } catch (SQLException e) {
            // The driver takes a transaction that could not begin for one that did, and fails to commit it.
            try {
                connection.setAutoCommit(true);
            } catch (SQLException nothingToCommit) {
                e.addSuppressed(nothingToCommit);
            }
            throw e;
        }
    }

    /** Writes what is there already, to know whether it can be: {@link MayflyException} when it can't. */
    public void checkWrite() {
        write("checking that it can be written", connection -> {
            try (Statement statement = connection.createStatement()) {
                // No part of the file is anybody's but this number, which nobody reads.
                return statement.execute("PRAGMA application_id = 0x4d415946");
            }
        });
    }

    private static MayflyException failure(String doing, SQLException e) {
        if (e instanceof SQLiteException sqlite && sqlite.getResultCode() == SQLiteErrorCode.SQLITE_FULL) {
            return new MayflyException.LimitExceeded(
                    ArtifactStore.DISK_SPACE,
                    doing
                            + " failed: the data folder's disk is full (limit disk-space); free some space and try again");
        }
        return new MayflyException.Internal("catalog: " + doing + " failed: " + e.getMessage(), e);
    }

    @Override
    public void close() {
        lock.lock();
        try {
            connection.close();
        } catch (SQLException e) {
            throw failure("closing", e);
        } finally {
            lock.unlock();
        }
    }
}
