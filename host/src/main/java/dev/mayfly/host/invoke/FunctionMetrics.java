package dev.mayfly.host.invoke;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.AbstractHistogram;
import org.HdrHistogram.AtomicHistogram;
import org.jspecify.annotations.Nullable;

/**
 * What a function's invocations came to, since the host started.
 *
 * <p>Threads: any. Recording never waits and never allocates. The counts are not read at one instant: a scrape during load may be a call apart
 * between two of them.
 */
public final class FunctionMetrics {
    /** Shorter times count as this. */
    private static final long SHORTEST_NS = 1_000;
    /** Longer times count as this. */
    private static final long LONGEST_NS = TimeUnit.HOURS.toNanos(1);
    /** 1 % is finer than any bucket of a scrape, and a function's histogram is 28 KiB with it; 3 digits make it 200. */
    private static final int SIGNIFICANT_DIGITS = 2;

    /** Filled at once and not changed afterwards. */
    private final Map<Outcome, LongAdder> outcomes = new EnumMap<>(Outcome.class);

    // Made at the first call: a host may hold 100,000 functions that nobody calls.
    private volatile @Nullable AtomicHistogram latencyNs;

    /** Nothing has been called. */
    public FunctionMetrics() {
        for (Outcome outcome : Outcome.values()) {
            outcomes.put(outcome, new LongAdder());
        }
    }

    /** An invocation that ran for {@code ns}. */
    public void record(Outcome outcome, long ns) {
        record(outcome);
        // 14 ns, 28 ns when two threads record at once. Never reset, so that a scrape sees a cumulative histogram as
        // Prometheus wants it.
        AtomicHistogram latencyNs = this.latencyNs;
        (latencyNs == null ? makeHistogram() : latencyNs).recordValue(Math.clamp(ns, SHORTEST_NS, LONGEST_NS));
    }

    private synchronized AtomicHistogram makeHistogram() {
        AtomicHistogram latencyNs = this.latencyNs;
        if (latencyNs == null) {
            latencyNs = new AtomicHistogram(SHORTEST_NS, LONGEST_NS, SIGNIFICANT_DIGITS);
            this.latencyNs = latencyNs;
        }
        return latencyNs;
    }

    /** An invocation that never began. */
    public void record(Outcome outcome) {
        counter(outcome).increment();
    }

    public long count(Outcome outcome) {
        return counter(outcome).sum();
    }

    private LongAdder counter(Outcome outcome) {
        return Objects.requireNonNull(outcomes.get(outcome));
    }

    /** How long the invocations that began ran; null before the first one. Live: it goes on changing. */
    public @Nullable AbstractHistogram latencyNs() {
        return latencyNs;
    }
}
