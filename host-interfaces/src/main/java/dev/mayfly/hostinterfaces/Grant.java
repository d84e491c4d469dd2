package dev.mayfly.hostinterfaces;

import java.util.concurrent.Semaphore;

/**
 * A function's right to a binding, and its share of it: one slow or greedy function must not leave its neighbours nothing.
 *
 * <p>Threads: any. One for each function and binding.
 */
public final class Grant {
    private final Binding binding;
    private final int concurrencyMax;
    private final Semaphore permits;

    /**
     * A grant.
     *
     * @param concurrencyMax how many operations, and resources that hold a connection, all invocations of the function may have going at once
     */
    public Grant(Binding binding, int concurrencyMax) {
        this.binding = binding;
        this.concurrencyMax = concurrencyMax;
        this.permits = new Semaphore(concurrencyMax);
    }

    public Binding binding() {
        return binding;
    }

    public int concurrencyMax() {
        return concurrencyMax;
    }

    /** How many are going right now. */
    public int inUse() {
        return concurrencyMax - permits.availablePermits();
    }

    Semaphore permits() {
        return permits;
    }
}
