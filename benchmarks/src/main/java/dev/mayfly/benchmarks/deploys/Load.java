package dev.mayfly.benchmarks.deploys;

import dev.mayfly.benchmarks.measure.Sample;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Requests at a fixed rate over a few connections, whose answers are the number of the version that answered. A request's time counts from when it was
 * due.
 */
final class Load implements AutoCloseable {
    private static final int CONNECTIONS = 16;

    private final URI target;
    private final Changes changes;
    private final long intervalNs;
    private final long startNs = System.nanoTime();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean stopped;

    /** Guarded by this, as all below. */
    private Sample sample = new Sample();

    private long sampleStartNs = startNs;
    private final Map<Integer, Long> answersByVersion = new TreeMap<>();
    private long failures;

    /** @param perSecond over all connections; each goes as fast as it can where that is more than there is time for */
    Load(URI target, Changes changes, int perSecond) {
        this.target = target;
        this.changes = changes;
        this.intervalNs = CONNECTIONS * TimeUnit.SECONDS.toNanos(1) / perSecond;
        for (int i = 0; i < CONNECTIONS; i++) {
            long firstNs = startNs + i * intervalNs / CONNECTIONS;
            threads.add(Thread.ofVirtual().start(() -> run(firstNs)));
        }
    }

    private void run(long firstNs) {
        long dueNs = firstNs;
        while (!stopped) {
            try (Connection connection = new Connection(target)) {
                for (; !stopped; dueNs += intervalNs) {
                    for (long early = dueNs - System.nanoTime(); early > 0; early = dueNs - System.nanoTime()) {
                        LockSupport.parkNanos(early);
                    }
                    long sentNs = System.nanoTime();
                    int done = changes.sent();
                    int version = connection.ask();
                    changes.answered(version, sentNs, done);
                    answered(version, System.nanoTime() - dueNs);
                }
            } catch (IOException | RuntimeException e) {
                System.err.println("a request failed: " + e);
                failed();
            }
        }
    }

    private synchronized void answered(int version, long latencyNs) {
        sample.record(latencyNs);
        answersByVersion.merge(version, 1L, Long::sum);
    }

    private synchronized void failed() {
        failures++;
    }

    /** What it came to since the last time. */
    synchronized Sample sample() {
        Sample taken = sample;
        long nowNs = System.nanoTime();
        taken.addElapsed(nowNs - sampleStartNs);
        sample = new Sample();
        sampleStartNs = nowNs;
        return taken;
    }

    synchronized long answers() {
        return answersByVersion.values().stream().mapToLong(Long::longValue).sum();
    }

    synchronized long answers(int version) {
        return answersByVersion.getOrDefault(version, 0L);
    }

    synchronized long failures() {
        return failures;
    }

    /** Begins no more requests and waits for those that began. */
    void stop() throws InterruptedException {
        stopped = true;
        for (Thread thread : threads) {
            thread.join();
        }
    }

    @Override
    public void close() {
        stopped = true;
    }
}
