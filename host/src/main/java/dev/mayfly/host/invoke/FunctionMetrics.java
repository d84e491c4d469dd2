package dev.mayfly.host.invoke;

import dev.mayfly.host.FunctionLimit;
import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * What a function's invocations came to, since the host started.
 *
 * <p>Threads: any. Recording never waits. The counts are not read at one instant: a scrape during load may be a call apart
 * between two of them.
 */
@SuppressWarnings("EnumOrdinal") // An index into memory, kept nowhere.
public final class FunctionMetrics {
    /** By {@link Outcome}, in its order. */
    private final LongAdder[] outcomes = new LongAdder[Outcome.values().length];

    // Made at the first call: a host may hold 100,000 functions that nobody calls.
    private volatile @Nullable CallTotals totals;

    /** Whether it has lines of its own in a scrape: see {@link MetricNames}. */
    private volatile @Nullable Boolean named;

    /** Nothing has been called. */
    public FunctionMetrics() {
        Arrays.setAll(outcomes, _ -> new LongAdder());
    }

    /** Adds an invocation. */
    public void record(Receipt receipt) {
        counter(receipt.outcome()).increment();
        totals(receipt.endedNs()).add(receipt);
    }

    /** An invocation was not given something because it would have passed a limit. */
    void recordPassed(FunctionLimit limit) {
        totals(System.nanoTime()).addPassed(limit);
    }

    private CallTotals totals(long nowNs) {
        CallTotals totals = this.totals;
        return totals == null ? makeTotals(nowNs) : totals;
    }

    private synchronized CallTotals makeTotals(long nowNs) {
        CallTotals totals = this.totals;
        if (totals == null) {
            totals = new CallTotals(nowNs);
            this.totals = totals;
        }
        return totals;
    }

    @Nullable
    Boolean named() {
        return named;
    }

    void named(boolean value) {
        named = value;
    }

    /** Whether it shares its lines in a scrape with others. */
    public boolean isFolded() {
        return Boolean.FALSE.equals(named);
    }

    public long count(Outcome outcome) {
        return counter(outcome).sum();
    }

    private LongAdder counter(Outcome outcome) {
        return outcomes[outcome.ordinal()];
    }

    /** What they took; null before the first one. */
    public @Nullable CallTotals totals() {
        return totals;
    }
}
