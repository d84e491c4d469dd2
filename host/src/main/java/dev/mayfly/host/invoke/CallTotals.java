package dev.mayfly.host.invoke;

import dev.mayfly.engine.CacheLinePadding;
import dev.mayfly.host.FunctionLimit;
import dev.mayfly.hostinterfaces.OperationKind;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * What receipts came to: counts, sums and a histogram. Never reset, so that a scrape sees a cumulative histogram as Prometheus wants it.
 *
 * <p>Threads: one at a time.
 */
@SuppressWarnings("EnumOrdinal") // An index into memory, kept nowhere.
public final class CallTotals extends CacheLinePadding {
    private static final OperationKind[] KINDS = OperationKind.values();

    /** Shorter times count as this. */
    private static final long SHORTEST_NS = 1_000;
    /** Longer times count as this. */
    private static final long LONGEST_NS = TimeUnit.HOURS.toNanos(1);
    /**
     * 6 % is finer than any bucket of a scrape, and a histogram is 4 KiB with it, for as long as the host runs. A second digit makes it 28: a host of
     * 512 MB whose 100,000 functions are called one after the other had no memory left after some 17,000.
     */
    private static final int SIGNIFICANT_DIGITS = 1;

    /** Unused elements in front of an array that every call writes to: two cores' totals then share no cache line. */
    private static final int PADDING = 16;

    /** By {@link Outcome}, in its order, behind the padding. */
    private final long[] outcomes = new long[PADDING + Outcome.values().length];

    private final Histogram latencyNs = new Histogram(SHORTEST_NS, LONGEST_NS, SIGNIFICANT_DIGITS);
    private long cpuNs;
    private long instanceStartNs;
    private long queuedNs;
    private long bytesIn;
    private long bytesOut;
    private long egressBytes;
    private long memoryBytesMax;
    /** By {@link OperationKind}, in its order. */
    private final long[] operations = new long[KINDS.length];
    /** By {@link FunctionLimit}, in its order. */
    private final long[] limitsPassed = new long[FunctionLimit.values().length];

    CallTotals() {}

    /** See {@link Route#touch}: what is read may be another thread's at this moment, and is used for nothing. */
    long touch() {
        return outcomes[PADDING] + latencyNs.getTotalCount() + cpuNs;
    }

    void add(Receipt receipt) {
        outcomes[PADDING + receipt.outcome().ordinal()]++;
        if (receipt.runNs() > 0) {
            latencyNs.recordValue(Math.clamp(receipt.runNs(), SHORTEST_NS, LONGEST_NS));
        }
        cpuNs += receipt.cpuNs();
        instanceStartNs += receipt.instanceStartNs();
        queuedNs += receipt.queuedNs();
        bytesIn += receipt.bytesIn();
        bytesOut += receipt.bytesOut();
        egressBytes += receipt.egressBytes();
        memoryBytesMax = Math.max(memoryBytesMax, receipt.memoryBytes());
        if (receipt.operations().total() > 0) {
            for (OperationKind kind : KINDS) {
                operations[kind.ordinal()] += receipt.operations().of(kind);
            }
        }
    }

    /** An invocation was not given something because it would have passed a limit. */
    void addPassed(FunctionLimit limit) {
        limitsPassed[limit.ordinal()]++;
    }

    void addAll(CallTotals other) {
        addAll(outcomes, other.outcomes);
        latencyNs.add(other.latencyNs);
        cpuNs += other.cpuNs;
        instanceStartNs += other.instanceStartNs;
        queuedNs += other.queuedNs;
        bytesIn += other.bytesIn;
        bytesOut += other.bytesOut;
        egressBytes += other.egressBytes;
        memoryBytesMax = Math.max(memoryBytesMax, other.memoryBytesMax);
        addAll(operations, other.operations);
        addAll(limitsPassed, other.limitsPassed);
    }

    private static void addAll(long[] sums, long[] others) {
        for (int i = 0; i < sums.length; i++) {
            sums[i] += others[i];
        }
    }

    /** How many invocations ended so. */
    public long count(Outcome outcome) {
        return outcomes[PADDING + outcome.ordinal()];
    }

    /** How many invocations there were. */
    public long count() {
        long count = 0;
        for (long outcome : outcomes) {
            count += outcome;
        }
        return count;
    }

    /** How long the invocations that began ran, in nanoseconds. */
    public Histogram latencyNs() {
        return latencyNs;
    }

    /** Time in the function itself. */
    public long cpuNs() {
        return cpuNs;
    }

    /** Of that, the time until instances were there. */
    public long instanceStartNs() {
        return instanceStartNs;
    }

    /** Time that invocations waited for a place. */
    public long queuedNs() {
        return queuedNs;
    }

    /** Of requests' bodies. */
    public long bytesIn() {
        return bytesIn;
    }

    /** Of responses' bodies. */
    public long bytesOut() {
        return bytesOut;
    }

    /** That operations carried out. */
    public long egressBytes() {
        return egressBytes;
    }

    /** The most linear memory that one invocation held. */
    public long memoryBytesMax() {
        return memoryBytesMax;
    }

    public long operations(OperationKind kind) {
        return operations[kind.ordinal()];
    }

    /** How many invocations were not given something because of that limit, and went on. */
    public long passed(FunctionLimit limit) {
        return limitsPassed[limit.ordinal()];
    }
}
