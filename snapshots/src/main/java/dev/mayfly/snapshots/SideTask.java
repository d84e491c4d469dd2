package dev.mayfly.snapshots;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Work on a thread of its own, beside that of whoever started it, which it never outlives.
 *
 * <p>Threads: one. Ownership: whoever starts it closes it.
 */
final class SideTask<T> implements AutoCloseable {
    private final FutureTask<T> task;
    private final Thread thread;

    private SideTask(String name, Callable<T> work) {
        task = new FutureTask<>(work);
        thread = Thread.ofPlatform().name(name).daemon().unstarted(task);
    }

    static <T> SideTask<T> start(String name, Callable<T> work) {
        SideTask<T> started = new SideTask<>(name, work);
        started.thread.start();
        return started;
    }

    /** Waits for what came out of it. What the work threw is thrown here. */
    T result() throws IOException, InterruptedException {
        try {
            return task.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case RuntimeException failure -> throw failure;
                case IOException failure -> throw failure;
                case InterruptedException failure -> throw failure;
                case null, default -> throw new IllegalStateException("a task beside a build failed", e);
            }
        }
    }

    /** Interrupts what still runs and waits for its end, itself not to be interrupted: the work has files that go next. */
    @Override
    public void close() {
        thread.interrupt();
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
