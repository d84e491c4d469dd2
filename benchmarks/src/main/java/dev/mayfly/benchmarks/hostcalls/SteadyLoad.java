package dev.mayfly.benchmarks.hostcalls;

import dev.mayfly.benchmarks.measure.Sample;
import dev.mayfly.benchmarks.measure.Workload;
import java.time.Duration;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * Calls at a fixed rate whatever the calls take, on a virtual thread each. A call's time counts from when it was due: one that had to wait for its
 * thread is as late as its caller would find it.
 */
final class SteadyLoad {
    private final Supplier<Workload> calls;
    private final long intervalNs;
    private final Object lock = new Object();
    /** Guarded by {@link #lock}. */
    private long failures;

    /** @param calls makes each call's own */
    SteadyLoad(Supplier<Workload> calls, int perSecond) {
        this.calls = calls;
        this.intervalNs = TimeUnit.SECONDS.toNanos(1) / perSecond;
    }

    /** Runs it for a time. */
    Sample run(Duration time) throws InterruptedException {
        try (Running running = start()) {
            Thread.sleep(time);
            return running.stop();
        }
    }

    Running start() {
        return new Running();
    }

    /** Calls that failed, so far. */
    long failures() {
        synchronized (lock) {
            return failures;
        }
    }

    /** The load while it is there. */
    final class Running implements AutoCloseable {
        private final Sample sample = new Sample();
        private final Phaser open = new Phaser(1);
        private final long startNs = System.nanoTime();
        private final Thread pacer = Thread.ofPlatform().name("steady-load").start(this::pace);
        private volatile boolean stopped;

        private void pace() {
            for (long dueNs = startNs; !stopped; dueNs += intervalNs) {
                for (long early = dueNs - System.nanoTime(); early > 0; early = dueNs - System.nanoTime()) {
                    LockSupport.parkNanos(early);
                }
                long due = dueNs;
                open.register();
                Thread.startVirtualThread(() -> call(due));
            }
        }

        private void call(long dueNs) {
            try (Workload call = calls.get()) {
                call.call();
                long latencyNs = System.nanoTime() - dueNs;
                synchronized (lock) {
                    sample.record(latencyNs);
                }
            } catch (Exception e) {
                System.err.println("a call failed: " + e);
                synchronized (lock) {
                    failures++;
                }
            } finally {
                open.arriveAndDeregister();
            }
        }

        /** Begins no more calls and waits for those that began. */
        Sample stop() throws InterruptedException {
            long elapsedNs = System.nanoTime() - startNs;
            stopped = true;
            pacer.join();
            open.arriveAndAwaitAdvance();
            synchronized (lock) {
                sample.addElapsed(elapsedNs);
                return sample;
            }
        }

        @Override
        public void close() {
            stopped = true;
        }
    }
}
