package dev.mayfly.benchmarks.hostcalls;

import dev.mayfly.benchmarks.measure.Sample;
import dev.mayfly.benchmarks.measure.Workload;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Calls that begin at once or evenly over a time, on a virtual thread each. Run once. */
final class Wave {
    /** Longer than an invocation may take: who isn't back by then was never woken up. */
    private static final Duration TIME_MAX = Duration.ofSeconds(20);

    private final Workload call;
    private final int count;
    private final long arrivalNs;
    private final CountDownLatch left;
    /** Guarded by itself. */
    private final Sample sample = new Sample();

    private volatile long elapsedNs;

    /**
     * Prepares one.
     *
     * @param call made by many threads at once
     * @param arrival over which the calls begin; zero for at once
     */
    Wave(Workload call, int count, Duration arrival) {
        this.call = call;
        this.count = count;
        this.arrivalNs = arrival.toNanos();
        this.left = new CountDownLatch(count);
    }

    Sample run() throws InterruptedException {
        long startNs = begin();
        await(startNs);
        synchronized (sample) {
            Sample result = new Sample();
            result.add(sample);
            result.addElapsed(elapsedNs);
            return result;
        }
    }

    /** Runs it until all calls have begun. */
    Running start() {
        return new Running(begin());
    }

    private long begin() {
        long startNs = System.nanoTime();
        for (int i = 0; i < count; i++) {
            long dueNs = startNs + arrivalNs * i / count;
            for (long early = dueNs - System.nanoTime(); early > 0; early = dueNs - System.nanoTime()) {
                LockSupport.parkNanos(early);
            }
            Thread.startVirtualThread(() -> call(dueNs));
        }
        return startNs;
    }

    private void await(long startNs) throws InterruptedException {
        boolean isOver = left.await(TIME_MAX.toSeconds(), TimeUnit.SECONDS);
        elapsedNs = System.nanoTime() - startNs;
        if (!isOver) {
            System.err.println("calls that never ended: " + left.getCount());
        }
    }

    /** A wave whose calls have all begun. */
    final class Running {
        private final long startNs;

        private Running(long startNs) {
            this.startNs = startNs;
        }

        /** How many calls are over. */
        long answered() {
            return count - left.getCount();
        }

        /** Looks every millisecond. */
        void awaitFirstAnswer() throws InterruptedException {
            while (answered() == 0) {
                Thread.sleep(1);
            }
        }

        void awaitAnswers() throws InterruptedException {
            await(startNs);
        }
    }

    private void call(long dueNs) {
        try {
            call.call();
            long latencyNs = System.nanoTime() - dueNs;
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
