package dev.mayfly.host.invoke;

import dev.mayfly.hostinterfaces.OperationTable;
import dev.mayfly.memorypool.InvocationLimits;
import dev.mayfly.memorypool.SlotPool;
import java.time.Duration;

/**
 * What every invocation on this host shares: routes, slots, operations and limits.
 *
 * <p>Threads: any.
 */
public final class Invoker {
    private final Routes routes;
    private final SlotPool slots;
    private final OperationTable operations;
    private final InvocationLimits limits;
    private final long deadlineNs;
    private final InvocationIds ids = new InvocationIds();
    private volatile boolean stopping;

    /**
     * Puts together what invocations need.
     *
     * @param slots one for each invocation that may be open on the host
     * @param deadline how long an invocation may take
     */
    public Invoker(
            Routes routes, SlotPool slots, OperationTable operations, InvocationLimits limits, Duration deadline) {
        this.routes = routes;
        this.slots = slots;
        this.operations = operations;
        this.limits = limits;
        this.deadlineNs = deadline.toNanos();
    }

    /**
     * Opens an invocation: admits it and takes what it needs, or says by {@link Invocation#refusal} why not. The caller closes it either way.
     *
     * @param route as just found in {@link #routes}
     * @param id the invocation's, from {@link #ids}
     */
    public Invocation open(Route route, String id) {
        return open(route, id, 0);
    }

    /**
     * The same on behalf of a function that calls another.
     *
     * @param depth how many functions called one another to get here
     */
    public Invocation open(Route route, String id, int depth) {
        Invocation invocation = new Invocation(this, route, id, depth);
        invocation.open();
        return invocation;
    }

    public Routes routes() {
        return routes;
    }

    public InvocationIds ids() {
        return ids;
    }

    public InvocationLimits limits() {
        return limits;
    }

    public SlotPool slots() {
        return slots;
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
