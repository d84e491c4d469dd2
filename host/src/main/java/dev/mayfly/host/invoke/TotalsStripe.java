package dev.mayfly.host.invoke;

import dev.mayfly.engine.CacheLinePadding;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Totals that one thread at a time changes: it takes them, adds what a call came to, and puts them back. That is one locked operation a call, where a
 * counter for each number that all threads may add to at once is one a number.
 *
 * <p>Threads: any.
 */
final class TotalsStripe extends CacheLinePadding {
    private static final VarHandle TAKEN;

    static {
        try {
            TAKEN = MethodHandles.lookup().findVarHandle(TotalsStripe.class, "taken", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @SuppressWarnings("unused") // by TAKEN
    private volatile boolean taken;

    private final CallTotals totals = new CallTotals();

    /** See {@link Route#touch}. */
    long touch() {
        return totals.touch();
    }

    /** Adds a call, or returns false when another thread has the totals at this moment. */
    boolean tryAdd(Receipt receipt) {
        if (!TAKEN.compareAndSet(this, false, true)) {
            return false;
        }
        totals.add(receipt);
        TAKEN.setRelease(this, false);
        return true;
    }

    /** Calls that began, of those that were added: right for who just added one, else about right. */
    long callCount() {
        return totals.latencyNs().getTotalCount();
    }

    /** Has the totals to itself for as long as {@code use} takes, after a wait for as long as another thread has them. */
    void use(Consumer<CallTotals> use) {
        while (!TAKEN.compareAndSet(this, false, true)) {
            LockSupport.parkNanos(1);
        }
        try {
            use.accept(totals);
        } finally {
            TAKEN.setRelease(this, false);
        }
    }
}
