package dev.mayfly.host.invoke;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.AtomicHistogram;

/**
 * What a canary's calls came to since it became one.
 *
 * <p>Threads: any. Recording never waits and never allocates.
 */
public final class Trial {
    private static final long SHORTEST_NS = 1_000;
    private static final long LONGEST_NS = TimeUnit.HOURS.toNanos(1);

    private final LongAdder failures = new LongAdder();
    private final AtomicHistogram latencyNs = new AtomicHistogram(SHORTEST_NS, LONGEST_NS, 2);

    private final Duration triedBefore;
    private final long startNs;

    /**
     * Nothing has been called.
     *
     * @param triedBefore by a host before this one
     * @param startNs now, by a clock that runs evenly
     */
    public Trial(Duration triedBefore, long startNs) {
        this.triedBefore = triedBefore;
        this.startNs = startNs;
    }

    /** How long it has been tried. */
    public Duration age(long nowNs) {
        return triedBefore.plusNanos(nowNs - startNs);
    }

    void record(boolean failed, long ns) {
        if (failed) {
            failures.increment();
        }
        latencyNs.recordValue(Math.clamp(ns, SHORTEST_NS, LONGEST_NS));
    }

    public long calls() {
        return latencyNs.getTotalCount();
    }

    /** Share of the calls that failed, 0 to 1; 0 without calls. */
    public double errorRate() {
        long calls = calls();
        return calls == 0 ? 0 : Math.min(1, (double) failures.sum() / calls);
    }

    /** How long 99 of 100 calls took at most, to 1 %. */
    public long p99Ns() {
        return latencyNs.getValueAtPercentile(99);
    }
}
