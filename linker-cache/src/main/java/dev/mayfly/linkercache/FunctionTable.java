package dev.mayfly.linkercache;

import dev.mayfly.engine.PrelinkedComponent;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A loaded, pre-linked component that is freed when it has been retired and its last call has ended.
 *
 * <p>Got from {@link TableHandle#acquire}, with a reference that the caller gives back by {@link #release}, on
 * whichever thread.
 *
 * <p><b>How the references are counted.</b> One counter that every call changes would bounce between the cores: two
 * threads would be slower than one. So there are stripes, each in its own cache lines and picked by the calling thread,
 * and in each of them two counters that only grow: references taken and references given back. The scheme is that of
 * Linux' sleepable RCU ({@code kernel/rcu/srcutree.c}: per-CPU lock and unlock counts).
 *
 * <ul>
 *   <li>Taking: count it as taken, <em>then</em> look whether the table is retired; if so, count it as given back and
 *   fail.
 *   <li>Giving back: count it, <em>then</em> look whether the table is retired; if so, try to free.
 *   <li>Retiring: say so, <em>then</em> try to free.
 *   <li>Trying to free, only ever after retiring: add up what was given back, <em>then</em> what was taken; if the sums
 *   are equal, free once.
 * </ul>
 *
 * <p>All of these are volatile accesses, which have one order that all threads agree on. In that order:
 *
 * <p><em>Never freed while in use.</em> Let the sums be equal, and let t be the moment between the two readings.
 * Counters only grow, so what had been given back by t is at least the first sum, and what had been taken by t at most
 * the second. Their difference, the references open at t, is thus at most zero: at t nobody had one. Nobody gets one
 * later either: t is after retiring, so whoever counts itself as taking after t sees the table retired and fails.
 *
 * <p><em>Freed in the end.</em> Consider the last change of any counter. If it came before retiring, then retiring's
 * own attempt sees all of them, and equal sums as no reference is open. If it came after, it was a giving back (or a
 * failed taking's), and its own attempt does. An attempt that meets unequal sums may leave it to a later one, since
 * there is one.
 */
public final class FunctionTable {
    private static final VarHandle COUNT = MethodHandles.arrayElementVarHandle(long[].class);
    private static final VarHandle RETIRED;
    private static final VarHandle FREED;
    private static final VarHandle USED_TICK;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            RETIRED = lookup.findVarHandle(FunctionTable.class, "retired", boolean.class);
            FREED = lookup.findVarHandle(FunctionTable.class, "freed", boolean.class);
            USED_TICK = lookup.findVarHandle(FunctionTable.class, "usedTick", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /**
     * 128 bytes a stripe: two cache lines, because processors fetch lines in pairs. The first one's worth stays empty,
     * so that counting doesn't disturb the array's length, which every access reads.
     */
    private static final int STRIPE_LONGS = 16;

    private static final int TAKEN = 0;
    private static final int GIVEN_BACK = 1;

    /**
     * Four a core, so that two running threads seldom meet; at most 32, because 20,000 loaded tables then have 80 MB of
     * them.
     */
    private static final int STRIPES =
            Integer.highestOneBit(Math.clamp(4L * Runtime.getRuntime().availableProcessors(), 8, 32));

    /** A tick is 2^20 ns, about a millisecond: a table in use writes it at most a thousand times a second. */
    private static final int TICK_NS_BITS = 20;

    private final AutoCloseable prelinked;
    private final Runnable whenFreed;
    private final long[] counts = new long[(STRIPES + 1) * STRIPE_LONGS];

    private volatile boolean retired;

    @SuppressWarnings("unused") // by FREED
    private volatile boolean freed;

    /** The tick in which it was last used; written by any caller, without order: being a tick off costs nothing. */
    @SuppressWarnings("unused") // by USED_TICK
    private long usedTick;

    /**
     * @param prelinked closed when the table is freed; always a {@link PrelinkedComponent} but in tests of the
     *     counting, which need no engine
     * @param whenFreed runs after that, on the thread that freed it
     */
    FunctionTable(AutoCloseable prelinked, long nowNs, Runnable whenFreed) {
        this.prelinked = prelinked;
        this.whenFreed = whenFreed;
        this.usedTick = nowNs >> TICK_NS_BITS;
    }

    /** What to begin invocations on, as long as the caller holds its reference. */
    public PrelinkedComponent prelinked() {
        return (PrelinkedComponent) prelinked;
    }

    /** See {@link TableHandle#touch}. */
    long touch() {
        long component = prelinked instanceof PrelinkedComponent loaded ? loaded.touch() : 0;
        return component + (long) COUNT.getOpaque(counts, stripe() + TAKEN) + usedTick();
    }

    /** Takes a reference, or returns false when the table is retired. */
    boolean tryAcquire() {
        if (retired) {
            return false;
        }
        int stripe = stripe();
        long _ = (long) COUNT.getAndAdd(counts, stripe + TAKEN, 1L);
        if (retired) {
            giveBack(stripe);
            return false;
        }
        return true;
    }

    /** Gives a reference back that was not used. Once for each acquired one; the caller must not touch the table after that. */
    public void release() {
        giveBack(stripe());
    }

    /**
     * Gives a reference back after use, likewise.
     *
     * @param nowNs the caller's latest reading of {@link System#nanoTime}: remembered as the time of the latest use
     */
    public void release(long nowNs) {
        long tick = nowNs >> TICK_NS_BITS;
        if ((long) USED_TICK.getOpaque(this) != tick) {
            USED_TICK.setOpaque(this, tick);
        }
        giveBack(stripe());
    }

    /** No references from now on; freed when the last one is given back. A second call does nothing. */
    void retire() {
        if (RETIRED.compareAndSet(this, false, true)) {
            freeIfUnused();
        }
    }

    /** References not given back, those of failing attempts included: exact while nobody takes any. */
    long openCalls() {
        // In this order: the difference is then never less than what was open in between. See the class's comment.
        long givenBack = sum(GIVEN_BACK);
        return sum(TAKEN) - givenBack;
    }

    /** Grows with the time of the latest use. */
    long usedTick() {
        return (long) USED_TICK.getOpaque(this);
    }

    private void giveBack(int stripe) {
        long _ = (long) COUNT.getAndAdd(counts, stripe + GIVEN_BACK, 1L);
        if (retired) {
            freeIfUnused();
        }
    }

    private void freeIfUnused() {
        if (openCalls() == 0 && FREED.compareAndSet(this, false, true)) {
            try {
                prelinked.close();
            } catch (Exception e) {
                System.getLogger(FunctionTable.class.getName())
                        .log(System.Logger.Level.ERROR, "a function table could not be freed", e);
            } finally {
                whenFreed.run();
            }
        }
    }

    private long sum(int counter) {
        long sum = 0;
        for (int stripe = 1; stripe <= STRIPES; stripe++) {
            sum += (long) COUNT.getVolatile(counts, stripe * STRIPE_LONGS + counter);
        }
        return sum;
    }

    private static int stripe() {
        return (1 + ((int) Thread.currentThread().threadId() & (STRIPES - 1))) * STRIPE_LONGS;
    }
}
