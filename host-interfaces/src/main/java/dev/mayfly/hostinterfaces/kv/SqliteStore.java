package dev.mayfly.hostinterfaces.kv;

import dev.mayfly.engine.MayflyException;
import dev.mayfly.hostinterfaces.Deadline;
import dev.mayfly.hostinterfaces.HostError;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;

/**
 * Keys and values in one SQLite file: what was set is on disk when the operation returns.
 *
 * <p>Write-ahead log and {@code synchronous=FULL}: nothing acknowledged is lost, be it the host that is killed or the machine that loses power.
 * {@code NORMAL} would lose the last moments in the latter case, and whoever can bear that has the {@link MemoryStore}. What FULL costs,
 * {@link SqliteWriter} shares among all who wait.
 *
 * <p>Threads: readers run beside the writer. There is no connection pool of a library here, as theirs know one time limit for all and not a
 * deadline for each.
 */
public final class SqliteStore implements KeyValueStore {
    /** What the log is cut down to after a burst: SQLite's own 1,000 pages between two checkpoints. */
    private static final int LOG_BYTES = 4 << 20;

    private final SqliteEntries entries;
    private final SqliteWriter writer;
    private final ArrayBlockingQueue<SqliteSession> readers;

    private SqliteStore(SqliteEntries entries, SqliteWriter writer, ArrayBlockingQueue<SqliteSession> readers) {
        this.entries = entries;
        this.writer = writer;
        this.readers = readers;
    }

    /**
     * Opens the store in its file, and makes it when it isn't there. One at a time may have it open.
     *
     * @throws MayflyException.Internal when the file can't be read
     */
    public static KeyValueStore open(SqliteConfig config, KeyValueLimits limits) {
        List<SqliteSession> opened = new ArrayList<>();
        try {
            SqliteSession writing = new SqliteSession(writable(config.file()));
            opened.add(writing);
            ArrayBlockingQueue<SqliteSession> readers = new ArrayBlockingQueue<>(config.readerCount());
            for (int i = 0; i < config.readerCount(); i++) {
                SqliteSession reader = new SqliteSession(readable(config.file()));
                opened.add(reader);
                readers.add(reader);
            }
            SqliteEntries entries = new SqliteEntries(config.bytesMax(), limits);
            SqliteWriter writer = new SqliteWriter(writing, entries::purge);
            return new CheckedStore(new SqliteStore(entries, writer, readers), limits);
        } catch (SQLException e) {
            try {
                closeAll(opened);
            } catch (SQLException closing) {
                e.addSuppressed(closing);
            }
            throw new MayflyException.Internal("opening the key-value store " + config.file() + " failed", e);
        }
    }

    private static void closeAll(List<SqliteSession> sessions) throws SQLException {
        for (SqliteSession session : sessions) {
            session.close();
        }
    }

    private static Connection writable(Path file) throws SQLException {
        SQLiteConfig settings = new SQLiteConfig();
        settings.setJournalMode(SQLiteConfig.JournalMode.WAL);
        settings.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        settings.setJournalSizeLimit(LOG_BYTES);
        settings.enforceForeignKeys(true);
        settings.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
        // Somebody else is an operator who looks into the file.
        settings.setBusyTimeout(5_000);
        Connection connection = settings.createConnection("jdbc:sqlite:" + file);
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate(SqliteEntries.SCHEMA);
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    private static Connection readable(Path file) throws SQLException {
        SQLiteConfig settings = new SQLiteConfig();
        settings.setReadOnly(true);
        return settings.createConnection("jdbc:sqlite:" + file);
    }

    /** What a function is told when SQLite fails: the disk is full or broken. */
    static HostError failure(Throwable cause) {
        return HostError.of(HostError.Kind.UNAVAILABLE, "the store can't be read or written", cause);
    }

    private <T> T read(SqliteSession.Work<T> work, Deadline deadline) {
        SqliteSession reader;
        try {
            reader = readers.poll(deadline.left().toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw HostError.of(HostError.Kind.UNAVAILABLE, "interrupted", e);
        }
        if (reader == null) {
            throw HostError.of(HostError.Kind.TIMEOUT, "the store is busy");
        }
        try {
            return work.with(reader);
        } catch (SQLException e) {
            throw failure(e);
        } finally {
            readers.add(reader);
        }
    }

    @Override
    public byte @Nullable [] get(String key, Deadline deadline) {
        return read(reader -> Optional.ofNullable(entries.value(reader, bytes(key))), deadline)
                .orElse(null);
    }

    @Override
    public List<byte @Nullable []> getMany(List<String> keys, Deadline deadline) {
        return read(reader -> entries.values(reader, bytes(keys)), deadline);
    }

    @Override
    public void set(String key, byte[] value, @Nullable Duration timeToLive, Deadline deadline) {
        setMany(Map.of(key, value), timeToLive, deadline);
    }

    @Override
    public void setMany(Map<String, byte[]> values, @Nullable Duration timeToLive, Deadline deadline) {
        writer.write(
                session -> {
                    for (Map.Entry<String, byte[]> entry : values.entrySet()) {
                        entries.set(session, bytes(entry.getKey()), entry.getValue(), timeToLive);
                    }
                    return true;
                },
                deadline);
    }

    @Override
    public boolean delete(String key, Deadline deadline) {
        return deleteMany(List.of(key), deadline) > 0;
    }

    @Override
    public int deleteMany(List<String> keys, Deadline deadline) {
        return writer.write(session -> entries.delete(session, bytes(keys)), deadline);
    }

    @Override
    public boolean exists(String key, Deadline deadline) {
        return read(reader -> entries.find(reader, bytes(key)) != null, deadline);
    }

    @Override
    public boolean compareAndSet(
            String key, byte @Nullable [] expected, byte[] value, @Nullable Duration timeToLive, Deadline deadline) {
        return writer.write(
                session -> {
                    boolean equal = Arrays.equals(entries.value(session, bytes(key)), expected);
                    if (equal) {
                        entries.set(session, bytes(key), value, timeToLive);
                    }
                    return equal;
                },
                deadline);
    }

    @Override
    public long increment(String key, long delta, @Nullable Duration timeToLive, Deadline deadline) {
        return writer.write(session -> entries.increment(session, bytes(key), delta, timeToLive), deadline);
    }

    @Override
    public long listPush(String key, End end, List<byte[]> values, @Nullable Duration timeToLive, Deadline deadline) {
        return writer.write(session -> entries.push(session, bytes(key), end, values, timeToLive), deadline);
    }

    @Override
    public byte @Nullable [] listPop(String key, End end, Deadline deadline) {
        return writer.write(session -> Optional.ofNullable(entries.pop(session, bytes(key), end)), deadline)
                .orElse(null);
    }

    @Override
    public List<byte[]> listRange(String key, long from, long to, Deadline deadline) {
        // In a transaction: the list's ends and what is between them belong to one moment.
        return read(reader -> reader.inTransaction(session -> entries.range(session, bytes(key), from, to)), deadline);
    }

    @Override
    public long listLength(String key, Deadline deadline) {
        return read(reader -> entries.length(reader, bytes(key)), deadline);
    }

    @Override
    public boolean listReplace(
            String key, List<byte[]> expected, List<byte[]> values, @Nullable Duration timeToLive, Deadline deadline) {
        return writer.write(session -> entries.replace(session, bytes(key), expected, values, timeToLive), deadline);
    }

    /** {@inheritDoc} The cursor is the last key of the page before. */
    @Override
    public Page keys(String prefix, @Nullable String cursor, int count, Deadline deadline) {
        List<String> keys = read(
                reader -> entries.keys(reader, bytes(prefix), cursor == null ? null : bytes(cursor), count), deadline);
        return new Page(keys, keys.size() < count ? null : keys.getLast());
    }

    private static byte[] bytes(String key) {
        return key.getBytes(StandardCharsets.UTF_8);
    }

    private static List<byte[]> bytes(List<String> keys) {
        return keys.stream().map(SqliteStore::bytes).toList();
    }

    @Override
    public void close() {
        try {
            List<SqliteSession> idle = new ArrayList<>();
            readers.drainTo(idle);
            closeAll(idle);
            // Last: it writes the log back into the file.
            writer.close();
        } catch (SQLException e) {
            throw new MayflyException.Internal("closing a key-value store failed", e);
        }
    }
}
