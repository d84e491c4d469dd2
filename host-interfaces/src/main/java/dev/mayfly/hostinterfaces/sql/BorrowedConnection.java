package dev.mayfly.hostinterfaces.sql;

import com.zaxxer.hikari.pool.HikariPool;
import dev.mayfly.hostinterfaces.Deadline;
import dev.mayfly.hostinterfaces.HostError;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * A connection on loan from the pool. It goes back without a trace of what was done with it, or it doesn't go back: one that was cancelled, has
 * failed or keeps state is closed, and the pool opens another.
 *
 * <p>Threads: one at a time.
 */
final class BorrowedConnection implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(BorrowedConnection.class.getName());

    /** For the rollback of a call whose own deadline has passed: enough for a database that still answers. */
    private static final Duration ROLLBACK_TIME = Duration.ofSeconds(2);

    /** Something done with the connection. */
    interface Work<T> {
        T run(Connection connection) throws SQLException;
    }

    /** Likewise, without a result. */
    interface Step {
        void run(Connection connection) throws SQLException;
    }

    private final HikariPool pool;
    private final Connection connection;
    private final Dialect dialect;
    private final ScheduledExecutorService clock;
    private boolean begun;
    private boolean worn;
    private boolean closed;

    BorrowedConnection(HikariPool pool, Connection connection, Dialect dialect, ScheduledExecutorService clock) {
        this.pool = pool;
        this.connection = connection;
        this.dialect = dialect;
        this.clock = clock;
    }

    /**
     * Does something that is cancelled at the deadline.
     *
     * @throws HostError what became of it
     */
    <T> T run(Deadline deadline, Work<T> work) {
        Duration left = deadline.left();
        Cancellation cancellation = new Cancellation();
        try {
            Future<?> timer =
                    clock.schedule(() -> Thread.startVirtualThread(cancellation), left.toNanos(), TimeUnit.NANOSECONDS);
            try {
                return dialect.call(() -> {
                    dialect.limit(connection, left);
                    return work.run(connection);
                });
            } finally {
                timer.cancel(false);
                worn |= cancellation.end();
            }
        } catch (SQLException e) {
            HostError error = dialect.error(e, deadline.atNs() - System.nanoTime() <= 0);
            worn |= error.kind() == HostError.Kind.UNAVAILABLE || error.kind() == HostError.Kind.TIMEOUT;
            throw error;
        } catch (RejectedExecutionException e) {
            worn = true;
            throw HostError.of(HostError.Kind.UNAVAILABLE, "the database is closed", e);
        }
    }

    void step(Deadline deadline, Step step) {
        run(deadline, c -> {
            step.run(c);
            return true;
        });
    }

    void begin(Deadline deadline) {
        step(deadline, dialect::begin);
        begun = true;
    }

    /** Commits what was begun, if anything was. */
    void commit(Deadline deadline) {
        if (!begun) {
            return;
        }
        step(deadline, dialect::commit);
        begun = false;
    }

    /** It has state that the next one to borrow it must not see. */
    void wear() {
        worn = true;
    }

    /** Rolls back what was begun and not committed, and gives the connection back. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (begun) {
            try {
                step(Deadline.in(ROLLBACK_TIME), dialect::rollback);
            } catch (HostError e) {
                // Closing the connection rolls back as well.
                worn = true;
            }
        }
        if (worn || pool.poolState == HikariPool.POOL_SHUTDOWN) {
            pool.evictConnection(connection);
            return;
        }
        try {
            connection.close();
        } catch (SQLException e) {
            LOG.log(System.Logger.Level.DEBUG, "a connection was not closed in order", e);
        }
    }

    /**
     * Cancels at most once, and never after {@link #end} has returned: it would hit what the connection does next, and SQLite's library must
     * not be called with a connection that is being closed.
     */
    private final class Cancellation implements Runnable {
        private boolean over;
        private boolean cancelled;

        @Override
        public synchronized void run() {
            if (over) {
                return;
            }
            cancelled = true;
            try {
                dialect.cancel(connection);
            } catch (SQLException e) {
                LOG.log(System.Logger.Level.DEBUG, "a statement was not cancelled", e);
            }
        }

        /** Whether it was cancelled. */
        synchronized boolean end() {
            over = true;
            return cancelled;
        }
    }
}
