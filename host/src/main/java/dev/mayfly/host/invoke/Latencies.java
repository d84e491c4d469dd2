package dev.mayfly.host.invoke;

import dev.mayfly.memorypool.Stripes;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.HdrHistogram.AtomicHistogram;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * How long a function's invocations ran: a histogram, and for a function that is called often several, one for each stripe of threads. Two cores that
 * record in the same one take its cache lines from each other at each call.
 *
 * <p>Never reset, so that a scrape sees a cumulative histogram as Prometheus wants it. Threads: any. Recording never waits.
 */
final class Latencies {
    /** From so many calls on there are several histograms. A host may hold 100,000 functions, most of them hardly called. */
    static final int BUSY_COUNT = 10_000;

    /** Shorter times count as this. */
    private static final long SHORTEST_NS = 1_000;
    /** Longer times count as this. */
    private static final long LONGEST_NS = TimeUnit.HOURS.toNanos(1);
    /**
     * 6 % is finer than any bucket of a scrape, and a histogram is 4 KiB with it, for as long as the host runs. A second digit makes it 28: a host of
     * 512 MB whose 100,000 functions are called one after the other had no memory left after some 17,000.
     */
    private static final int SIGNIFICANT_DIGITS = 1;

    private final AtomicHistogram first = histogram();
    private volatile AtomicHistogram @Nullable [] stripes;

    private static AtomicHistogram histogram() {
        return new AtomicHistogram(SHORTEST_NS, LONGEST_NS, SIGNIFICANT_DIGITS);
    }

    void record(long ns) {
        AtomicHistogram[] stripes = this.stripes;
        AtomicHistogram mine = stripes == null ? first : stripes[Stripes.number()];
        // 14 ns, 28 ns when two threads record at once.
        mine.recordValue(Math.clamp(ns, SHORTEST_NS, LONGEST_NS));
        if (stripes == null && first.getTotalCount() >= BUSY_COUNT) {
            makeStripes();
        }
    }

    private synchronized void makeStripes() {
        if (stripes == null) {
            stripes = Stream.generate(Latencies::histogram).limit(Stripes.COUNT).toArray(AtomicHistogram[]::new);
        }
    }

    /** All that was recorded so far. A copy. */
    Histogram total() {
        Histogram total = new Histogram(first);
        total.add(first);
        AtomicHistogram[] stripes = this.stripes;
        if (stripes != null) {
            for (AtomicHistogram stripe : stripes) {
                total.add(stripe);
            }
        }
        return total;
    }
}
