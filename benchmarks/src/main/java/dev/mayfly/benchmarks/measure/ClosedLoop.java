package dev.mayfly.benchmarks.measure;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Phaser;
import java.util.concurrent.ThreadFactory;

/** Calls one after the other, each timed by itself, on one or more threads. */
public final class ClosedLoop {
    private record Part(Sample sample, long startNs, long endNs) {}

    private ClosedLoop() {}

    /** Calls on platform threads: see the other one. */
    public static Sample run(int threads, long timeNs, Callable<Workload> workload) throws Exception {
        return run(Thread.ofPlatform().factory(), threads, timeNs, workload);
    }

    /**
     * Calls for {@code timeNs} on each of so many threads.
     *
     * @param kind makes them
     * @param workload makes each thread's own, on that thread
     */
    static Sample run(ThreadFactory kind, int threads, long timeNs, Callable<Workload> workload) throws Exception {
        Phaser ready = new Phaser(threads);
        try (ExecutorService executor = Executors.newThreadPerTaskExecutor(kind)) {
            List<Future<Part>> futures = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                futures.add(executor.submit(() -> {
                    try (Workload own = workload.call()) {
                        ready.arriveAndAwaitAdvance();
                        return call(own, timeNs);
                    } finally {
                        // Whoever can't start must not leave the others waiting.
                        ready.arriveAndDeregister();
                    }
                }));
            }
            List<Part> parts = new ArrayList<>();
            for (Future<Part> future : futures) {
                parts.add(result(future));
            }
            return join(parts);
        }
    }

    private static Part call(Workload workload, long timeNs) throws Exception {
        Sample sample = new Sample();
        long start = System.nanoTime();
        while (true) {
            long before = System.nanoTime();
            workload.call();
            long after = System.nanoTime();
            sample.record(after - before);
            if (after - start >= timeNs) {
                return new Part(sample, start, after);
            }
        }
    }

    private static Sample join(List<Part> parts) {
        Sample all = new Sample();
        long first = parts.getFirst().startNs;
        long start = 0;
        long end = 0;
        for (Part part : parts) {
            all.addConcurrent(part.sample);
            start = Math.min(start, part.startNs - first);
            end = Math.max(end, part.endNs - first);
        }
        all.addElapsed(end - start);
        return all;
    }

    private static Part result(Future<Part> future) throws Exception {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }
}
