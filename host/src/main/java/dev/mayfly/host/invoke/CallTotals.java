package dev.mayfly.host.invoke;

import dev.mayfly.host.FunctionLimit;
import dev.mayfly.hostinterfaces.OperationKind;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;
import org.HdrHistogram.AbstractHistogram;
import org.HdrHistogram.AtomicHistogram;

/**
 * What receipts came to: sums, a histogram, and the last receipts themselves.
 *
 * <p>Threads: any. Recording never waits and never allocates.
 */
@SuppressWarnings("EnumOrdinal") // An index into memory, kept nowhere.
public final class CallTotals {
    /** Shorter times count as this. */
    private static final long SHORTEST_NS = 1_000;
    /** Longer times count as this. */
    private static final long LONGEST_NS = TimeUnit.HOURS.toNanos(1);
    /**
     * 6 % is finer than any bucket of a scrape, and a function's histogram is 4 KiB with it, for as long as the host runs. A second digit makes it 28:
     * a host of 512 MB whose 100,000 functions are called one after the other had no memory left after some 17,000.
     */
    private static final int SIGNIFICANT_DIGITS = 1;

    private static final OperationKind[] KINDS = OperationKind.values();

    private final AtomicHistogram latencyNs = new AtomicHistogram(SHORTEST_NS, LONGEST_NS, SIGNIFICANT_DIGITS);
    private final RecentCalls recent;
    private final LongAdder cpuNs = new LongAdder();
    private final LongAdder queuedNs = new LongAdder();
    private final LongAdder bytesIn = new LongAdder();
    private final LongAdder bytesOut = new LongAdder();
    private final LongAdder egressBytes = new LongAdder();
    private final AtomicLong memoryBytesMax = new AtomicLong();
    private final LongAdder[] operations = adders(KINDS.length);
    private final LongAdder[] limitsPassed = adders(FunctionLimit.values().length);

    CallTotals(long nowNs) {
        recent = new RecentCalls(nowNs);
    }

    private static LongAdder[] adders(int count) {
        return Stream.generate(LongAdder::new).limit(count).toArray(LongAdder[]::new);
    }

    void add(Receipt receipt) {
        recent.add(receipt);
        if (receipt.runNs() > 0) {
            // 14 ns, 28 ns when two threads record at once. Never reset, so that a scrape sees a cumulative histogram
            // as
            // Prometheus wants it.
            latencyNs.recordValue(Math.clamp(receipt.runNs(), SHORTEST_NS, LONGEST_NS));
            cpuNs.add(receipt.cpuNs());
        }
        if (receipt.memoryBytes() > memoryBytesMax.get()) {
            memoryBytesMax.accumulateAndGet(receipt.memoryBytes(), Math::max);
        }
        // Most calls have nothing of most of these, and asking is cheaper than adding.
        addSome(queuedNs, receipt.queuedNs());
        addSome(bytesIn, receipt.bytesIn());
        addSome(bytesOut, receipt.bytesOut());
        addSome(egressBytes, receipt.egressBytes());
        if (receipt.operations().total() > 0) {
            for (OperationKind kind : KINDS) {
                int count = receipt.operations().of(kind);
                if (count > 0) {
                    operations[kind.ordinal()].add(count);
                }
            }
        }
    }

    private static void addSome(LongAdder adder, long value) {
        if (value != 0) {
            adder.add(value);
        }
    }

    /** An invocation was not given something because it would have passed a limit. */
    void addPassed(FunctionLimit limit) {
        limitsPassed[limit.ordinal()].increment();
    }

    /** How long the invocations that began ran. Live: it goes on changing. */
    public AbstractHistogram latencyNs() {
        return latencyNs;
    }

    /** The last receipts. */
    public RecentCalls recent() {
        return recent;
    }

    /** Time in the function itself. */
    public long cpuNs() {
        return cpuNs.sum();
    }

    /** Time that invocations waited for a place. */
    public long queuedNs() {
        return queuedNs.sum();
    }

    /** Of requests' bodies. */
    public long bytesIn() {
        return bytesIn.sum();
    }

    /** Of responses' bodies. */
    public long bytesOut() {
        return bytesOut.sum();
    }

    /** That operations carried out. */
    public long egressBytes() {
        return egressBytes.sum();
    }

    /** The most linear memory that one invocation held. */
    public long memoryBytesMax() {
        return memoryBytesMax.get();
    }

    public long operations(OperationKind kind) {
        return operations[kind.ordinal()].sum();
    }

    /** How many invocations were not given something because of that limit, and went on. */
    public long passed(FunctionLimit limit) {
        return limitsPassed[limit.ordinal()].sum();
    }
}
