package dev.mayfly.host.invoke;

import dev.mayfly.host.FunctionLimit;
import dev.mayfly.memorypool.Stripes;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a function's invocations came to, since the host started: totals, and for a function that is called often several, one for each stripe of
 * threads. Two cores that record in the same ones take their cache lines from each other at each call.
 *
 * <p>Threads: any. Recording waits for nobody: who finds its stripe taken uses another.
 */
public final class FunctionMetrics {
    /** From so many calls on there are several totals. A host may hold 100,000 functions, most of them hardly called. */
    static final int BUSY_COUNT = 10_000;

    /** Made at the first call: a host may hold 100,000 functions that nobody calls. */
    private record Recorded(RecentCalls recent, TotalsStripe first) {}

    private volatile @Nullable Recorded recorded;
    private volatile TotalsStripe @Nullable [] stripes;

    /** Whether it has lines of its own in a scrape: see {@link MetricNames}. */
    private volatile @Nullable Boolean named;

    /** Nothing has been called. */
    public FunctionMetrics() {}

    /** See {@link Route#touch}. */
    long touch() {
        Recorded recorded = this.recorded;
        TotalsStripe[] stripes = this.stripes;
        if (recorded == null) {
            return 0;
        }
        return recorded.recent.touch() + (stripes == null ? recorded.first : stripes[Stripes.number()]).touch();
    }

    /** Adds an invocation. */
    public void record(Receipt receipt) {
        Recorded recorded = recorded(receipt.endedNs());
        recorded.recent.add(receipt);
        TotalsStripe[] stripes = this.stripes;
        if (stripes == null) {
            if (recorded.first.tryAdd(receipt)) {
                if (recorded.first.callCount() >= BUSY_COUNT) {
                    makeStripes();
                }
                return;
            }
            stripes = makeStripes();
        }
        // The thread's own in nearly all cases.
        int stripe = Stripes.number();
        while (!stripes[stripe & (Stripes.COUNT - 1)].tryAdd(receipt)) {
            stripe++;
        }
    }

    private synchronized TotalsStripe[] makeStripes() {
        TotalsStripe[] stripes = this.stripes;
        if (stripes == null) {
            stripes = Stream.generate(TotalsStripe::new).limit(Stripes.COUNT).toArray(TotalsStripe[]::new);
            this.stripes = stripes;
        }
        return stripes;
    }

    /** An invocation was not given something because it would have passed a limit. */
    void recordPassed(FunctionLimit limit) {
        recorded(System.nanoTime()).first.use(totals -> totals.addPassed(limit));
    }

    private Recorded recorded(long nowNs) {
        Recorded recorded = this.recorded;
        return recorded == null ? makeRecorded(nowNs) : recorded;
    }

    private synchronized Recorded makeRecorded(long nowNs) {
        Recorded recorded = this.recorded;
        if (recorded == null) {
            recorded = new Recorded(new RecentCalls(nowNs), new TotalsStripe());
            this.recorded = recorded;
        }
        return recorded;
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

    /** Whether it was called. */
    public boolean isCalled() {
        return recorded != null;
    }

    /** What the invocations took. A copy, the caller's own. */
    public CallTotals totals() {
        CallTotals sum = new CallTotals();
        forEach(sum::addAll);
        return sum;
    }

    /** Of that, the time in the function itself. */
    public long cpuNs() {
        long[] sum = {0};
        forEach(totals -> sum[0] += totals.cpuNs());
        return sum[0];
    }

    private void forEach(Consumer<CallTotals> use) {
        Recorded recorded = this.recorded;
        if (recorded != null) {
            recorded.first.use(use);
        }
        TotalsStripe[] stripes = this.stripes;
        if (stripes != null) {
            for (TotalsStripe stripe : stripes) {
                stripe.use(use);
            }
        }
    }

    /** The last receipts; null before the first one. */
    public @Nullable RecentCalls recent() {
        Recorded recorded = this.recorded;
        return recorded == null ? null : recorded.recent;
    }
}
