package dev.mayfly.host.invoke;

import dev.mayfly.hostinterfaces.Ancestry;
import dev.mayfly.hostinterfaces.OperationTable;
import dev.mayfly.memorypool.SlotPool;
import dev.mayfly.memorypool.TenantShares;
import java.time.Duration;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What every invocation on this host shares: routes, slots, operations and limits.
 *
 * <p>Threads: any.
 */
public final class Invoker {
    private final Routes routes;
    private final SlotPool slots;
    private final IntSupplier slotsInUse;
    private final OperationTable operations;
    private final TenantShares shares;
    private final long deadlineNs;
    private final MetricNames metricNames;
    /** Set once, before the first invocation. */
    private @Nullable CallTracer tracer;

    private final InvocationIds ids = new InvocationIds();
    private volatile boolean stopping;

    /**
     * Puts together what invocations need.
     *
     * @param slots one for each invocation that may be open on the host
     * @param shares of those, the tenants'
     * @param metricNames who has lines of its own in a scrape
     * @param deadline how long an invocation may take
     */
    public Invoker(
            Routes routes,
            SlotPool slots,
            OperationTable operations,
            TenantShares shares,
            MetricNames metricNames,
            Duration deadline) {
        this.routes = routes;
        this.slots = slots;
        this.slotsInUse = slots::inUse;
        this.operations = operations;
        this.shares = shares;
        this.metricNames = metricNames;
        this.deadlineNs = deadline.toNanos();
    }

    /**
     * Opens an invocation: admits it and takes what it needs, or says by {@link Invocation#refusal} why not. The caller closes it either way.
     *
     * @param route as just found in {@link #routes}
     * @param id the invocation's, from {@link #ids}
     */
    public Invocation open(Route route, String id) {
        return open(route, id, Ancestry.NONE);
    }

    /**
     * The same on behalf of a function that calls another.
     *
     * @param ancestry the invocation's
     */
    public Invocation open(Route route, String id, Ancestry ancestry) {
        return open(route, id, ancestry, Cancellation.NEVER, 0);
    }

    /**
     * The same, waiting in the function's queue where it has one.
     *
     * @param cancellation asked now and then while it waits
     * @param timeMaxNs how long to wait at most; the function's own bound holds too
     */
    public Invocation open(Route route, String id, Ancestry ancestry, Cancellation cancellation, long timeMaxNs) {
        Invocation invocation = new Invocation(this, route, id, ancestry);
        invocation.open(cancellation, timeMaxNs);
        return invocation;
    }

    public Routes routes() {
        return routes;
    }

    /** Has invocations traced: before the first one. */
    public void trace(CallTracer value) {
        tracer = value;
    }

    @Nullable
    CallTracer tracer() {
        return tracer;
    }

    /** Who has lines of its own in a scrape. */
    public MetricNames metricNames() {
        return metricNames;
    }

    public InvocationIds ids() {
        return ids;
    }

    /** Of the slots, the tenants' parts. */
    public TenantShares shares() {
        return shares;
    }

    public SlotPool slots() {
        return slots;
    }

    /** How many of them are taken: made once, for calls to ask if they need to. */
    IntSupplier slotsInUse() {
        return slotsInUse;
    }

    /** How long an invocation may take. */
    public long deadlineNs() {
        return deadlineNs;
    }

    /** Stops every function at its next tick from now on. */
    public void stop() {
        stopping = true;
    }

    /** Whether new invocations are refused. */
    public boolean isStopping() {
        return stopping;
    }

    OperationTable operations() {
        return operations;
    }
}
