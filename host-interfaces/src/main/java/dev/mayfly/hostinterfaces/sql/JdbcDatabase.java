package dev.mayfly.hostinterfaces.sql;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.pool.HikariPool;
import dev.mayfly.hostinterfaces.Deadline;
import dev.mayfly.hostinterfaces.HostError;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.jspecify.annotations.Nullable;

/**
 * A database behind JDBC, with a pool of connections by HikariCP.
 *
 * <p>The pool begins to fill when it is opened, and need not reach the database for that. A connection that broke is replaced when the database is
 * back. A connection in which a call left something behind (a statement cancelled at its deadline, a temporary table, an advisory lock)
 * is closed and replaced.
 *
 * <p>A function runs one statement at a time, of the kinds the database's own page ({@link SqliteConfig}, {@link PostgresConfig}) lists.
 */
public final class JdbcDatabase implements SqlDatabase {
    private final HikariPool pool;
    private final Dialect dialect;
    private final SqlLimits limits;
    private final int poolSize;

    /** Sees to it that what takes too long is cancelled. */
    private final ScheduledThreadPoolExecutor clock;

    private JdbcDatabase(Dialect dialect, int poolSize, SqlLimits limits) {
        this.dialect = dialect;
        this.limits = limits;
        this.poolSize = poolSize;
        this.clock = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().daemon().name("mayfly-sql-deadlines").factory());
        clock.setRemoveOnCancelPolicy(true);
        HikariConfig config = new HikariConfig();
        config.setDataSource(dialect.dataSource());
        config.setPoolName("mayfly-sql");
        config.setMaximumPoolSize(poolSize);
        config.setMinimumIdle(poolSize);
        // How long to wait for a connection is each call's own deadline; this is for opening one.
        config.setConnectionTimeout(5_000);
        config.setValidationTimeout(1_000);
        config.setMaxLifetime(dialect.connectionLifetime().toMillis());
        // The database may come later than the host.
        config.setInitializationFailTimeout(-1);
        config.setThreadFactory(
                Thread.ofPlatform().daemon().name("mayfly-sql-pool-", 0).factory());
        config.validate();
        this.pool = new HikariPool(config);
    }

    /**
     * Opens an SQLite database; the file is made when it isn't there.
     *
     * @throws IllegalArgumentException when its folder isn't there
     */
    public static JdbcDatabase open(SqliteConfig config, SqlLimits limits) {
        return new JdbcDatabase(new SqliteDialect(config, limits), config.poolSize(), limits);
    }

    /** Opens a PostgreSQL database. It need not be there yet. */
    public static JdbcDatabase open(PostgresConfig config, SqlLimits limits) {
        return new JdbcDatabase(new PostgresDialect(config, limits), config.poolSize(), limits);
    }

    @Override
    public Rows query(String statement, List<@Nullable Object> parameters, Deadline deadline) {
        StatementText text = checked(statement, parameters);
        BorrowedConnection connection = borrow(deadline);
        try {
            if (dialect.readsInTransaction()) {
                connection.begin(deadline);
            }
            return query(connection, text, statement, parameters, deadline, (rows, failed) -> {
                try (connection) {
                    if (!failed) {
                        connection.commit(rows.deadline());
                    }
                }
            });
        } catch (RuntimeException | Error e) {
            connection.close();
            throw e;
        }
    }

    @Override
    public long execute(String statement, List<@Nullable Object> parameters, Deadline deadline) {
        StatementText text = checked(statement, parameters);
        requireNoRows(text);
        try (BorrowedConnection connection = borrow(deadline)) {
            return execute(connection, text, statement, parameters, deadline);
        }
    }

    @Override
    public Transaction begin(Deadline deadline) {
        BorrowedConnection connection = borrow(deadline);
        try {
            connection.begin(deadline);
            return new JdbcTransaction(this, connection);
        } catch (RuntimeException | Error e) {
            connection.close();
            throw e;
        }
    }

    @Override
    public int connectionsInUse() {
        return pool.getActiveConnections();
    }

    @Override
    public int connectionsOpen() {
        return pool.getTotalConnections();
    }

    /** Closes all connections; those in use are broken off. */
    @Override
    public void close() {
        try {
            pool.shutdown();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        clock.shutdownNow();
        dialect.close();
    }

    private BorrowedConnection borrow(Deadline deadline) {
        long leftMs = deadline.left().toMillis();
        if (pool.poolState == HikariPool.POOL_SHUTDOWN) {
            throw HostError.of(HostError.Kind.UNAVAILABLE, "the database is closed");
        }
        try {
            Connection connection = pool.getConnection(leftMs);
            return new BorrowedConnection(pool, connection, dialect, clock);
        } catch (SQLException e) {
            String why = pool.getActiveConnections() >= poolSize
                    ? "no connection became free in time (limit pool-size=" + poolSize + ")"
                    : "the database can't be reached";
            throw HostError.of(HostError.Kind.UNAVAILABLE, why, e);
        }
    }

    /** Refuses what is too large or not allowed, before it takes a connection. */
    StatementText checked(String statement, List<@Nullable Object> parameters) {
        // No character is less than a byte, so that what is far too long need not be encoded to be refused.
        if (statement.length() > limits.statementBytesMax()
                || statement.getBytes(StandardCharsets.UTF_8).length > limits.statementBytesMax()) {
            throw HostError.of(
                    HostError.Kind.LIMIT_EXCEEDED,
                    "the statement is longer than statement-bytes-max=" + limits.statementBytesMax());
        }
        if (parameters.size() > limits.parameterCountMax()) {
            throw HostError.of(
                    HostError.Kind.LIMIT_EXCEEDED,
                    "parameters=" + parameters.size() + ", parameter-count-max=" + limits.parameterCountMax());
        }
        return dialect.read(statement);
    }

    static void requireNoRows(StatementText text) {
        if (text.givesRows()) {
            throw HostError.of(HostError.Kind.INVALID, "the statement gives rows: run it as a query");
        }
    }

    /** A query on a connection, within a transaction where {@link Dialect#readsInTransaction} says so. */
    JdbcRows query(
            BorrowedConnection connection,
            StatementText text,
            String statement,
            List<@Nullable Object> parameters,
            Deadline deadline,
            JdbcRows.Ending ending) {
        if (text.leavesState()) {
            connection.wear();
        }
        JdbcRows rows = connection.run(deadline, c -> {
            PreparedStatement prepared = c.prepareStatement(statement);
            try {
                prepared.setFetchSize(dialect.fetchRows(limits.batchBytesMax()));
                bind(prepared, parameters);
                ResultSet result = prepared.execute() ? prepared.getResultSet() : null;
                return new JdbcRows(connection, dialect, limits, prepared, result, deadline, ending);
            } catch (SQLException | RuntimeException e) {
                prepared.close();
                throw e;
            }
        });
        rows.endIfNone();
        return rows;
    }

    long execute(
            BorrowedConnection connection,
            StatementText text,
            String statement,
            List<@Nullable Object> parameters,
            Deadline deadline) {
        if (text.leavesState()) {
            connection.wear();
        }
        return connection.run(deadline, c -> {
            try (PreparedStatement prepared = c.prepareStatement(statement)) {
                // For a WITH that gives rows after all: they are not wanted.
                prepared.setMaxRows(1);
                bind(prepared, parameters);
                return prepared.execute() ? 0 : Math.max(0, prepared.getLargeUpdateCount());
            }
        });
    }

    private void bind(PreparedStatement statement, List<@Nullable Object> parameters) throws SQLException {
        dialect.requireParameters(statement, parameters.size());
        for (int i = 0; i < parameters.size(); i++) {
            switch (parameters.get(i)) {
                case null -> statement.setNull(i + 1, Types.NULL);
                case Boolean value -> statement.setBoolean(i + 1, value);
                case Long value -> statement.setLong(i + 1, value);
                case Double value -> statement.setDouble(i + 1, value);
                case String value -> statement.setString(i + 1, value);
                case byte[] value -> statement.setBytes(i + 1, value);
                case Object other ->
                    throw new IllegalArgumentException(
                            "no value of SQL: " + other.getClass().getName());
            }
        }
    }
}
