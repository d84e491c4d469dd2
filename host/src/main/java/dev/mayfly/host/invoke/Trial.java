package dev.mayfly.host.invoke;

import java.time.Instant;
import java.util.Comparator;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;
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

    /** Only the thread that judges reads and writes it. */
    private Instant since = Instant.MAX;

    /** Nothing has been called. */
    public Trial() {}

    /** Since when it is tried: from now on where the clock was set back to a time before that, so that nobody waits until it has caught up. */
    public Instant since(Instant startedAt, Instant now) {
        since = Stream.of(since, startedAt, now).min(Comparator.naturalOrder()).orElseThrow();
        return since;
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
