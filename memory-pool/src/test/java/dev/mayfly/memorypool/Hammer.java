package dev.mayfly.memorypool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Many threads at one thing for a second. A test that uses it says what every step checks; it fails when one step does, or when a thread
 * doesn't come to its end.
 */
final class Hammer {
    private static final Duration TIME = Duration.ofSeconds(1);

    private Hammer() {}

    /** One thread's work, again and again. */
    interface Step {
        void run(int thread, long round) throws Exception;
    }

    static void platformThreads(int threads, Step step) throws Exception {
        try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
            run(executor, threads, step);
        }
    }

    static void virtualThreads(int threads, Step step) throws Exception {
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            run(executor, threads, step);
        }
    }

    private static void run(ExecutorService executor, int threads, Step step)
            throws InterruptedException, ExecutionException, TimeoutException {
        long end = System.nanoTime() + TIME.toNanos();
        List<Future<?>> futures = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            int thread = i;
            futures.add(executor.submit(() -> {
                for (long round = 0; round == 0 || System.nanoTime() < end; round++) {
                    step.run(thread, round);
                }
                return null;
            }));
        }
        for (Future<?> future : futures) {
            future.get(30, TimeUnit.SECONDS);
        }
    }
}
