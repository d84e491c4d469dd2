package dev.mayfly.hostinterfaces.sql;

import dev.mayfly.hostinterfaces.HostError;
import dev.mayfly.hostinterfaces.HostError.Kind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.Pragma;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteDataSource;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** SQLite by sqlite-jdbc. */
final class SqliteDialect implements Dialect {
    private static final Set<String> ALLOWED = Set.of(
            "select", "insert", "update", "delete", "replace", "values", "with", "create", "alter", "drop", "analyze",
            "reindex", "explain");

    /** What one value may be while SQLite works on it: its own default of 1 GB would be the host's memory. */
    private static final int VALUE_BYTES_MAX = 16 << 20;

    /** Matching takes time with the product of pattern and text, and can't be cancelled within. */
    private static final int LIKE_PATTERN_BYTES_MAX = 1_000;

    private final SQLiteDataSource dataSource;
    private final @Nullable Path temporaryFolder;

    /**
     * SQLite computes and waits for the disk within the calling thread, and a virtual one would keep its carrier from everybody else meanwhile. No
     * task waits here: each comes with a connection, and there are as many threads.
     */
    private final ExecutorService threads;

    SqliteDialect(SqliteConfig config, SqlLimits limits) {
        Path file = config.file();
        if (file == null) {
            temporaryFolder = createTemporaryFolder();
            file = temporaryFolder.resolve("database.sqlite");
        } else {
            temporaryFolder = null;
            Path folder = file.toAbsolutePath().getParent();
            if (folder == null || !Files.isDirectory(folder)) {
                throw new IllegalArgumentException("file=" + file + ": its folder isn't there");
            }
        }
        dataSource = new SQLiteDataSource(settings(config, limits));
        dataSource.setUrl("jdbc:sqlite:" + file.toAbsolutePath());
        threads = Executors.newFixedThreadPool(
                config.poolSize(),
                Thread.ofPlatform().daemon().name("mayfly-sqlite-", 0).factory());
    }

    private static SQLiteConfig settings(SqliteConfig config, SqlLimits limits) {
        SQLiteConfig settings = new SQLiteConfig();
        settings.setJournalMode(SQLiteConfig.JournalMode.WAL);
        settings.setSynchronous(
                config.file() == null ? SQLiteConfig.SynchronousMode.OFF : SQLiteConfig.SynchronousMode.FULL);
        settings.enforceForeignKeys(true);
        settings.enableLoadExtension(false);
        settings.setMaxPageCount((int) (config.bytesMax() / SqliteConfig.PAGE_BYTES));
        settings.setPragma(Pragma.LIMIT_ATTACHED, "0");
        settings.setPragma(Pragma.LIMIT_LENGTH, String.valueOf(Math.max(VALUE_BYTES_MAX, limits.batchBytesMax())));
        settings.setPragma(Pragma.LIMIT_LIKE_PATTERN_LENGTH, String.valueOf(LIKE_PATTERN_BYTES_MAX));
        settings.setPragma(Pragma.LIMIT_VARIABLE_NUMBER, String.valueOf(limits.parameterCountMax()));
        return settings;
    }

    private static Path createTemporaryFolder() {
        try {
            return Files.createTempDirectory("mayfly-sqlite-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public DataSource dataSource() {
        return dataSource;
    }

    @Override
    public Duration connectionLifetime() {
        return Duration.ZERO;
    }

    @Override
    public StatementText read(String statement) {
        StatementText text = StatementText.of(statement, StatementText.Grammar.SQLITE);
        if (!ALLOWED.contains(text.first())) {
            throw HostError.of(Kind.PERMISSION_DENIED, "statements that begin with this word are not allowed here");
        }
        // Pragmas as tables only tell, but where the host has its files is not to be told.
        if (text.has(word -> word.startsWith("pragma_"))) {
            throw HostError.of(Kind.PERMISSION_DENIED, "pragmas are not allowed here");
        }
        return text;
    }

    @Override
    public <T> T call(Work<T> work) throws SQLException {
        Future<T> future = threads.submit(work::run);
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return future.get();
                } catch (InterruptedException e) {
                    // The connection is in use until the work has ended, which the deadline sees to.
                    interrupted = true;
                }
            }
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case SQLException failure -> throw failure;
                case RuntimeException failure -> throw failure;
                case Error failure -> throw failure;
                case null, default -> throw new IllegalStateException(e);
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** How long it waits for another's lock, which {@link #cancel} doesn't end. */
    @Override
    public void limit(Connection connection, Duration left) throws SQLException {
        connection.unwrap(SQLiteConnection.class).setBusyTimeout((int)
                Math.min(Integer.MAX_VALUE, Math.max(1, left.toMillis())));
    }

    @Override
    public void cancel(Connection connection) throws SQLException {
        connection.unwrap(SQLiteConnection.class).getDatabase().interrupt();
    }

    @Override
    public boolean readsInTransaction() {
        return false;
    }

    @Override
    public void begin(Connection connection) throws SQLException {
        // Takes the write lock now: who waits for it later, having read, can't be sure that it still holds what was
        // read.
        run(connection, "BEGIN IMMEDIATE");
    }

    @Override
    public void commit(Connection connection) throws SQLException {
        run(connection, "COMMIT");
    }

    @Override
    public void rollback(Connection connection) throws SQLException {
        run(connection, "ROLLBACK");
    }

    private static void run(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Override
    public void requireParameters(PreparedStatement statement, int count) throws SQLException {
        int wanted = statement.getParameterMetaData().getParameterCount();
        if (wanted != count) {
            throw HostError.of(Kind.INVALID, "the statement has " + wanted + " parameters, values=" + count);
        }
    }

    /** SQLite reads row by row. */
    @Override
    public int fetchRows(long rowBytes) {
        return 0;
    }

    @Override
    public @Nullable Object value(ResultSet row, int column) throws SQLException {
        Object value = row.getObject(column);
        return value instanceof Integer number ? Long.valueOf(number) : value;
    }

    @Override
    public HostError error(SQLException e, boolean deadlinePassed) {
        if (!(e instanceof SQLiteException failure)) {
            return HostError.of(Kind.UNAVAILABLE, "the database can't be used", e);
        }
        SQLiteErrorCode code = failure.getResultCode();
        // The lowest byte is what SQLite calls the primary code.
        return switch (SQLiteErrorCode.getErrorCode(code.code & 0xff)) {
            case SQLITE_CONSTRAINT -> HostError.of(Kind.CONFLICT, complaint(failure), e);
            case SQLITE_BUSY, SQLITE_LOCKED ->
                code == SQLiteErrorCode.SQLITE_BUSY_SNAPSHOT
                        ? HostError.of(Kind.CONFLICT, "another transaction has changed what this one has read", e)
                        : HostError.of(Kind.UNAVAILABLE, "another transaction is writing and didn't end in time", e);
            case SQLITE_INTERRUPT -> HostError.of(Kind.TIMEOUT, "the statement was cancelled at its deadline", e);
            case SQLITE_TOOBIG -> HostError.of(Kind.LIMIT_EXCEEDED, complaint(failure), e);
            case SQLITE_FULL -> HostError.of(Kind.LIMIT_EXCEEDED, "the database has reached its bytes-max", e);
            case SQLITE_AUTH, SQLITE_PERM, SQLITE_READONLY ->
                HostError.of(Kind.PERMISSION_DENIED, "the database doesn't allow that", e);
            case SQLITE_ERROR, SQLITE_MISMATCH, SQLITE_RANGE, SQLITE_SCHEMA ->
                HostError.of(Kind.INVALID, complaint(failure), e);
            default -> HostError.of(Kind.UNAVAILABLE, "the database can't be used", e);
        };
    }

    /** SQLite's own words: the driver's message is {@code [CODE] description (words)}. */
    private static String complaint(SQLiteException e) {
        String message = String.valueOf(e.getMessage());
        String before = e.getResultCode() + " (";
        return message.startsWith(before) && message.endsWith(")")
                ? message.substring(before.length(), message.length() - 1)
                : message;
    }

    @Override
    public void close() {
        threads.shutdown();
        if (temporaryFolder != null) {
            for (String name : List.of("database.sqlite", "database.sqlite-wal", "database.sqlite-shm", "")) {
                try {
                    Files.deleteIfExists(temporaryFolder.resolve(name));
                } catch (IOException e) {
                    System.getLogger(SqliteDialect.class.getName())
                            .log(System.Logger.Level.WARNING, "a temporary database was not deleted", e);
                }
            }
        }
    }
}
