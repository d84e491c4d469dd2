package dev.mayfly.hostinterfaces;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.AbstractHistogram;
import org.HdrHistogram.AtomicHistogram;

/**
 * What one operation on one binding came to, since the host started.
 *
 * <p>Threads: any. Recording never waits and never allocates.
 */
public final class OperationStats {
    private static final long SHORTEST_NS = 100;
    private static final long LONGEST_NS = TimeUnit.HOURS.toNanos(1);
    private static final int SIGNIFICANT_DIGITS = 2;

    private final LongAdder errors = new LongAdder();
    private final AtomicHistogram latencyNs = new AtomicHistogram(SHORTEST_NS, LONGEST_NS, SIGNIFICANT_DIGITS);

    OperationStats() {}

    void record(long ns, boolean succeeded) {
        latencyNs.recordValue(Math.clamp(ns, SHORTEST_NS, LONGEST_NS));
        if (!succeeded) {
            errors.increment();
        }
    }

    /** How many ended with an error; {@link #latencyNs} counts all. */
    public long errors() {
        return errors.sum();
    }

    /** How long they took. Live: it goes on changing. */
    public AbstractHistogram latencyNs() {
        return latencyNs;
    }
}
