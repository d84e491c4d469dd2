package dev.mayfly.host.invoke;

import dev.mayfly.host.FunctionLimit;
import dev.mayfly.hostinterfaces.OperationKind;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/**
 * What receipts came to: sums, a histogram, and the last receipts themselves.
 *
 * <p>Threads: any. Recording never waits.
 */
@SuppressWarnings("EnumOrdinal") // An index into memory, kept nowhere.
public final class CallTotals {
    private static final OperationKind[] KINDS = OperationKind.values();

    private final Latencies latencies = new Latencies();
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
            latencies.record(receipt.runNs());
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

    /** How long the invocations that began ran, in nanoseconds. A copy. */
    public Histogram latencyNs() {
        return latencies.total();
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
