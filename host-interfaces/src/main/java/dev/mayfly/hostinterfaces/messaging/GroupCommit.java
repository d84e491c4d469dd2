package dev.mayfly.hostinterfaces.messaging;

import dev.mayfly.hostinterfaces.Deadline;
import dev.mayfly.hostinterfaces.HostError;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One thread that does everybody's work on a SQLite connection and commits what came meanwhile at once: a commit waits for the disk, and as many callers
 * as there are wait for the same one. Work that fails is undone alone.
 *
 * <p>Threads: any may {@link #run}; work runs on the one thread, one at a time.
 */
final class GroupCommit implements AutoCloseable {
    /** More callers than wait here at once would wait long: they are told to come back. */
    static final int WAITING_MAX = 4096;

    private static final int TOGETHER_MAX = 256;

    /** What is done inside a transaction. It changes nothing else before it can't fail any more. */
    interface Work<T> {
        T run() throws SQLException;
    }

    private final Connection connection;
    private final Runnable lost;
    private final BlockingQueue<Task<?>> tasks = new ArrayBlockingQueue<>(WAITING_MAX);
    private final Thread thread;
    private volatile boolean closed;

    /**
     * Starts the thread.
     *
     * @param lost run on the thread when work that had succeeded could not be committed
     */
    GroupCommit(String name, Connection connection, Runnable lost) throws SQLException {
        this.connection = connection;
        this.lost = lost;
        connection.setAutoCommit(false);
        thread = Thread.ofPlatform().name(name).daemon().start(this::loop);
    }

    private static final class Task<T> {
        private final Work<T> work;
        private final CompletableFuture<T> outcome = new CompletableFuture<>();
        private @Nullable T result;

        Task(Work<T> work) {
            this.work = work;
        }

        void run() throws SQLException {
            result = work.run();
        }

        void committed() {
            outcome.complete(result);
        }

        void failed(Throwable cause) {
            outcome.completeExceptionally(cause);
        }
    }

    /** Does the work and returns when it is on disk. */
    <T> T run(Work<T> work, Deadline deadline) {
        Task<T> task = new Task<>(work);
        if (closed || !tasks.offer(task)) {
            throw HostError.of(HostError.Kind.UNAVAILABLE, "the queue takes no more work now");
        }
        if (closed) {
            // The thread may have looked for the last time before the offer.
            failAll();
        }
        try {
            return task.outcome.get(deadline.left().toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw HostError.of(HostError.Kind.TIMEOUT, "the queue took longer than the operation's deadline", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw HostError.of(HostError.Kind.UNAVAILABLE, "interrupted while the queue was written", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof HostError error
                    ? error
                    : HostError.of(HostError.Kind.UNAVAILABLE, "the queue can't be written", e);
        }
    }

    private void loop() {
        List<Task<?>> together = new ArrayList<>(TOGETHER_MAX);
        try {
            while (!closed || !tasks.isEmpty()) {
                Task<?> first = tasks.poll(100, TimeUnit.MILLISECONDS);
                if (first != null) {
                    together.add(first);
                    tasks.drainTo(together, TOGETHER_MAX - 1);
                    commit(together);
                    together.clear();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            failAll();
        }
    }

    private void commit(List<Task<?>> together) {
        List<Task<?>> done = new ArrayList<>(together.size());
        try (Statement statement = connection.createStatement()) {
            for (Task<?> task : together) {
                statement.execute("SAVEPOINT task");
                try {
                    task.run();
                    done.add(task);
                } catch (SQLException | RuntimeException e) {
                    statement.execute("ROLLBACK TO task");
                    task.failed(e);
                }
                statement.execute("RELEASE task");
            }
            connection.commit();
            done.forEach(Task::committed);
        } catch (SQLException e) {
            undo(e);
            // Those that failed by themselves keep their own failure.
            together.forEach(task -> task.failed(e));
            lost.run();
        }
    }

    private void undo(SQLException cause) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            cause.addSuppressed(e);
        }
    }

    private void failAll() {
        HostError error = HostError.of(HostError.Kind.UNAVAILABLE, "the queue is closed");
        for (Task<?> task = tasks.poll(); task != null; task = tasks.poll()) {
            task.failed(error);
        }
    }

    /** Ends when the work that was waiting is done. */
    @Override
    public void close() {
        closed = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
