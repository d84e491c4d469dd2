package dev.mayfly.host.invoke;

import java.util.Collection;

/**
 * Which functions have lines of their own in a scrape: the first so many that are called. What the others record is recorded here too, for the one
 * line they share, so that nobody's monitoring pays for a host with 100,000 functions.
 *
 * <p>Threads: any. A function keeps its line, or its place among the others, as long as it is there, so that no counter ever goes back.
 */
public final class MetricNames {
    /** The function that stands for all without a line: no function is called so. */
    public static final String OTHER = "_other";

    private final int countMax;
    private final FunctionMetrics other = new FunctionMetrics();
    private int count;

    /** @param countMax functions that have lines of their own */
    public MetricNames(int countMax) {
        this.countMax = countMax;
    }

    void record(FunctionMetrics metrics, Receipt receipt) {
        metrics.record(receipt);
        Boolean named = metrics.named();
        if (!(named == null ? name(metrics) : named)) {
            other.record(receipt);
        }
    }

    private synchronized boolean name(FunctionMetrics metrics) {
        Boolean named = metrics.named();
        if (named == null) {
            named = count < countMax;
            if (named) {
                count++;
            }
            metrics.named(named);
        }
        return named;
    }

    /** Counts anew, so that a function that is gone leaves its line to another one. */
    public synchronized void recount(Collection<RoutedFunction> functions) {
        count = (int) functions.stream()
                .filter(function -> Boolean.TRUE.equals(function.metrics().named()))
                .count();
    }

    /** What those without a line came to. */
    public FunctionMetrics other() {
        return other;
    }
}
