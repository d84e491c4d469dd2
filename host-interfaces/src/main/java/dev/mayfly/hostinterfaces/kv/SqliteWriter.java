package dev.mayfly.hostinterfaces.kv;

import dev.mayfly.hostinterfaces.Deadline;
import dev.mayfly.hostinterfaces.HostError;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The one that writes: a thread of its own, which takes the changes that wait and commits them together.
 *
 * <p>So one wait for the disk serves all who wait, and it holds this thread only: within SQLite a virtual thread would hold its carrier, of which
 * the whole host has as many as cores.
 */
final class SqliteWriter implements AutoCloseable {
    /** Changes that wait at most; who comes then is refused. */
    static final int WAITING_MAX = 1024;

    /** Changes in one transaction: enough that the wait for the disk is shared, few enough that the first need not wait long for the last. */
    private static final int BATCH_MAX = 128;

    /** How often it looks for what has expired when there is nothing else to do. */
    private static final long PURGE_EVERY_NS = TimeUnit.SECONDS.toNanos(1);

    private record Change<T>(SqliteSession.Work<T> work, CompletableFuture<T> result) {
        /** Runs the work; what its result becomes when it is committed. */
        Runnable run(SqliteSession session) throws SQLException {
            try {
                T value = work.with(session);
                return () -> result.complete(value);
            } catch (HostError e) {
                return () -> result.completeExceptionally(e);
            }
        }
    }

    private final ArrayBlockingQueue<Change<?>> waiting = new ArrayBlockingQueue<>(WAITING_MAX);
    private final SqliteSession session;
    private final SqliteSession.Work<Boolean> purge;
    private final Thread thread;
    private volatile boolean closing;

    /**
     * Starts writing.
     *
     * @param session its own from now on
     * @param purge removes some of what has expired; returns whether there may be more
     */
    SqliteWriter(SqliteSession session, SqliteSession.Work<Boolean> purge) {
        this.session = session;
        this.purge = purge;
        this.thread = Thread.ofPlatform().name("mayfly-kv-sqlite").daemon().start(this::write);
    }

    /** Has {@code work} done and waits until it is on disk. */
    <T> T write(SqliteSession.Work<T> work, Deadline deadline) {
        Change<T> change = new Change<>(work, new CompletableFuture<>());
        if (closing || !waiting.offer(change)) {
            throw HostError.of(HostError.Kind.UNAVAILABLE, "the store is busy");
        }
        try {
            return change.result.get(deadline.left().toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof HostError error ? error : SqliteStore.failure(e);
        } catch (TimeoutException e) {
            // Not begun yet, it never will be.
            change.result.cancel(false);
            throw HostError.of(HostError.Kind.TIMEOUT, "the store took longer than the operation may", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw HostError.of(HostError.Kind.UNAVAILABLE, "interrupted", e);
        }
    }

    private void write() {
        List<Change<?>> batch = new ArrayList<>(BATCH_MAX);
        long purgeAtNs = System.nanoTime();
        while (!closing || !waiting.isEmpty()) {
            try {
                Change<?> first = waiting.poll(purgeAtNs - System.nanoTime(), TimeUnit.NANOSECONDS);
                if (first != null) {
                    batch.add(first);
                    waiting.drainTo(batch, BATCH_MAX - 1);
                    commit(batch);
                    batch.clear();
                }
                if (System.nanoTime() - purgeAtNs >= 0) {
                    purgeAtNs = System.nanoTime() + (purged() ? 0 : PURGE_EVERY_NS);
                }
            } catch (InterruptedException e) {
                // By close: nothing more comes.
            }
        }
    }

    /** Removes some of what has expired; whether there may be more. What can't be removed now stays a while: who writes next gets the error. */
    private boolean purged() {
        try {
            return session.inTransaction(purge);
        } catch (SQLException e) {
            return false;
        }
    }

    private void commit(List<Change<?>> batch) {
        try {
            session.inTransaction(writer -> {
                        List<Runnable> outcomes = new ArrayList<>(batch.size());
                        for (Change<?> change : batch) {
                            if (!change.result.isDone()) {
                                outcomes.add(change.run(writer));
                            }
                        }
                        return outcomes;
                    })
                    .forEach(Runnable::run);
        } catch (SQLException | RuntimeException e) {
            batch.forEach(change -> change.result.completeExceptionally(e));
        }
    }

    /** Writes what waits, and ends. */
    @Override
    public void close() throws SQLException {
        closing = true;
        thread.interrupt();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        session.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
