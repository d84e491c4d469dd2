package dev.mayfly.benchmarks.hostcalls;

import dev.mayfly.benchmarks.measure.Sample;
import dev.mayfly.benchmarks.measure.Workload;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Calls that all begin at once, on a virtual thread each. Run once. */
final class Wave {
    /** Longer than an invocation may take: who isn't back by then was never woken up. */
    private static final Duration TIME_MAX = Duration.ofSeconds(20);

    private final Workload call;
    private final int count;
    private final CountDownLatch left;
    /** Guarded by itself. */
    private final Sample sample = new Sample();

    private volatile long elapsedNs;

    /** @param call made by many threads at once */
    Wave(Workload call, int count) {
        this.call = call;
        this.count = count;
        this.left = new CountDownLatch(count);
    }

    Sample run() throws InterruptedException {
        long startNs = System.nanoTime();
        for (int i = 0; i < count; i++) {
            Thread.startVirtualThread(() -> call(startNs));
        }
        boolean isOver = left.await(TIME_MAX.toSeconds(), TimeUnit.SECONDS);
        elapsedNs = System.nanoTime() - startNs;
        if (!isOver) {
            System.err.println("calls that never ended: " + left.getCount());
        }
        synchronized (sample) {
            Sample result = new Sample();
            result.add(sample);
            result.addElapsed(elapsedNs);
            return result;
        }
    }

    private void call(long startNs) {
        try {
            call.call();
            long latencyNs = System.nanoTime() - startNs;
            synchronized (sample) {
                sample.record(latencyNs);
            }
        } catch (Exception e) {
            System.err.println("a call failed: " + e);
        } finally {
            left.countDown();
        }
    }

    /** From the first call to the last answer. */
    long elapsedNs() {
        return elapsedNs;
    }

    /** Calls without an answer, so far. */
    long failures() {
        synchronized (sample) {
            return count - sample.calls();
        }
    }
}
