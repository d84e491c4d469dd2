package dev.mayfly.hostinterfaces.sql;

import dev.mayfly.hostinterfaces.Deadline;
import dev.mayfly.hostinterfaces.HostError;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A database with a pool of connections: what is behind an {@code sql} binding.
 *
 * <p>Values are {@code null}, {@link Boolean}, {@link Long}, {@link Double}, {@link String} or {@code byte[]}; other types of a database come
 * as text in its own notation (numerics, timestamps, JSON). Parameters are {@code ?} in a statement, never put into its text.
 *
 * <p>Threads: any; a transaction and rows are for one at a time. Errors: {@link HostError}: {@code INVALID} for a statement or value that the
 * database refuses, {@code CONFLICT} for a constraint or a serialization failure, {@code UNAVAILABLE} when it can't be reached or no connection is
 * free in time, {@code TIMEOUT} past the deadline, {@code LIMIT_EXCEEDED} past {@link SqlLimits}.
 */
public interface SqlDatabase extends AutoCloseable {
    /** Rows of a query, read in batches. Holds a connection until it is closed or its last row was read. */
    interface Rows extends AutoCloseable {
        /** Names of the columns, in order. */
        List<String> columns();

        /**
         * The next rows, each with a value a column; an empty list at the end.
         *
         * @param rowsMax at least 1. Fewer come where they would be more than {@link SqlLimits#batchBytesMax} together
         */
        List<List<@Nullable Object>> next(int rowsMax, Deadline deadline);

        @Override
        void close();
    }

    /** Statements that take effect together with {@link #commit}, or not at all. Holds a connection. */
    interface Transaction extends AutoCloseable {
        Rows query(String statement, List<@Nullable Object> parameters, Deadline deadline);

        /** Returns how many rows it changed. */
        long execute(String statement, List<@Nullable Object> parameters, Deadline deadline);

        void commit(Deadline deadline);

        /** Rolls back unless it was committed, and gives the connection back. */
        @Override
        void close();
    }

    /** Runs one statement that gives rows. */
    Rows query(String statement, List<@Nullable Object> parameters, Deadline deadline);

    /** Runs one statement by itself; returns how many rows it changed. */
    long execute(String statement, List<@Nullable Object> parameters, Deadline deadline);

    Transaction begin(Deadline deadline);

    /** Connections in use right now. */
    int connectionsInUse();

    /** Connections open right now, idle ones among them. */
    int connectionsOpen();

    /** Closes all connections. */
    @Override
    void close();
}
