package dev.mayfly.hostinterfaces.sql;

import dev.mayfly.hostinterfaces.HostError;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * In what one database differs from another.
 *
 * <p>Threads: any, but one at a time for each connection, except {@link #cancel}.
 */
sealed interface Dialect extends AutoCloseable permits SqliteDialect, PostgresDialect {
    /** Something done with a connection. */
    interface Work<T> {
        T run() throws SQLException;
    }

    /** Opens connections that are ready for a function's statements. */
    DataSource dataSource();

    /** After how long a connection is replaced, so that none grows old; zero for never. */
    Duration connectionLifetime();

    /**
     * Reads a statement.
     *
     * @throws HostError when it is none that a function may run
     */
    StatementText read(String statement);

    /** Runs {@code work} on a thread that may wait for this database. */
    <T> T call(Work<T> work) throws SQLException;

    /** What is done next with this connection may wait so long. Its work is ended by {@link #cancel}; this is for what doesn't listen to it. */
    void limit(Connection connection, Duration left) throws SQLException;

    /** Ends what the connection is doing. Called while another thread is waiting for that. */
    void cancel(Connection connection) throws SQLException;

    /** Whether the rows of a query can be read little by little within a transaction only. */
    boolean readsInTransaction();

    void begin(Connection connection) throws SQLException;

    void commit(Connection connection) throws SQLException;

    void rollback(Connection connection) throws SQLException;

    /** Refuses another number of parameters than the statement has, if the driver doesn't. */
    void requireParameters(PreparedStatement statement, int count) throws SQLException;

    /** How many rows are fetched at once: those before had so many bytes each. */
    int fetchRows(long rowBytes);

    /** A value as one of the types that {@link SqlDatabase} names. */
    @Nullable
    Object value(ResultSet row, int column) throws SQLException;

    /** What a function is told. */
    HostError error(SQLException e, boolean deadlinePassed);

    @Override
    void close();
}
