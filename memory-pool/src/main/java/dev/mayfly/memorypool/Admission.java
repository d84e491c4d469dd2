package dev.mayfly.memorypool;

import dev.mayfly.engine.CacheLinePadding;
import dev.mayfly.engine.MayflyException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Bounds how many calls of a function run at once, and how many may wait for their turn: first come, first served. Who comes when the queue is full is
 * sent away at once; without a queue, everybody who comes when the place is full.
 *
 * <p>One count that every call changes would bounce between the cores. So whoever leaves while nobody waits keeps its place as a <em>spare</em> of its
 * thread's stripe, for the next who comes there; who finds no spare of its own and no room takes another's. A spare is counted as inside by {@link
 * #state}, so no more are ever inside than may be. Who wants to wait says so first and looks for spares then, and who leaves a spare looks for waiters
 * after that: one of them sees the other.
 *
 * <p>Threads: any. Each {@link #tryEnter} that returned true, and each {@link #enter} that returned {@link Entry#ENTERED}, is followed by one {@link
 * #leave}.
 */
public final class Admission extends CacheLinePadding {
    /** When a call that was sent away may come again: the smallest step that HTTP's Retry-After has, and long beside most calls. */
    public static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    /** How often one who waits looks whether it is still wanted. */
    private static final long LOOK_EVERY_NS = TimeUnit.MILLISECONDS.toNanos(20);

    private static final VarHandle STATE = state();
    private static final long ONE_WAITING = 1L << 32;

    /** A stripe keeps so many at most: more threads than that are seldom between leaving and entering on one core. */
    private static final int SPARES_PER_STRIPE_MAX = 4;

    /** What became of a wish to enter. */
    public enum Entry {
        ENTERED,
        /** As many wait as may. */
        FULL,
        /** Its turn did not come in time. */
        TIMED_OUT,
        /** Nobody wants it any more. */
        CANCELLED
    }

    private static final class Waiter {
        private final Thread thread = Thread.currentThread();
        /** Set under {@link #lock} by whoever leaves the place to it. */
        private volatile boolean entered;
    }

    private final LongAdder refused = new LongAdder();
    private final ReentrantLock lock = new ReentrantLock();
    /** Touched under {@link #lock} alone. */
    private final ArrayDeque<Waiter> queue = new ArrayDeque<>();

    private final AtomicLongArray spares = Stripes.longs();

    private volatile int concurrencyMax;
    private volatile int queueLengthMax;

    /**
     * How many are inside, spares included, and above that how many wait: one number, so that nobody leaves past one who just began to wait, and nobody enters past one
     * who waits. Changed by compare-and-set alone; the upper half under {@link #lock} too.
     */
    private volatile long state;

    /** @param concurrencyMax how many may be inside at once, at least 1. Nobody waits */
    public Admission(int concurrencyMax) {
        this(concurrencyMax, 0);
    }

    /**
     * One with a queue.
     *
     * @param concurrencyMax how many may be inside at once, at least 1
     * @param queueLengthMax how many may wait at once
     */
    public Admission(int concurrencyMax, int queueLengthMax) {
        bound(concurrencyMax, queueLengthMax);
    }

    /** Sets other bounds. Those who are inside stay; those who wait go on waiting, and enter where there is room now. */
    public void bound(int concurrencyMax, int queueLengthMax) {
        if (concurrencyMax < 1 || queueLengthMax < 0) {
            throw new MayflyException.Invalid("settings concurrency-max=" + concurrencyMax + ", queue-length-max="
                    + queueLengthMax + " are out of range: 1 or more, 0 or more");
        }
        lock.lock();
        try {
            this.concurrencyMax = concurrencyMax;
            this.queueLengthMax = queueLengthMax;
            while (!queue.isEmpty() && tryState(true)) {
                admitFirst();
            }
            admitToSpares();
        } finally {
            lock.unlock();
        }
    }

    /** Reads what entering will read, and returns something that depends on all of it. */
    public long touch() {
        return queueLengthMax + spares.get(Stripes.mine());
    }

    /** Enters, or returns false when {@link #concurrencyMax} are inside, or others wait. */
    public boolean tryEnter() {
        if (tryPlace()) {
            return true;
        }
        refused.increment();
        return false;
    }

    /**
     * Enters, and waits for that where there is a queue.
     *
     * @param timeMaxNs how long to wait at most
     * @param cancelled whether to wait no longer; asked on this thread, now and then
     */
    public Entry enter(long timeMaxNs, BooleanSupplier cancelled) {
        if (tryPlace()) {
            return Entry.ENTERED;
        }
        if (queueLengthMax == 0 || timeMaxNs <= 0) {
            refused.increment();
            return Entry.FULL;
        }
        long endNs = System.nanoTime() + timeMaxNs;
        Waiter waiter = new Waiter();
        Entry entry = enqueue(waiter);
        if (entry == null) {
            entry = await(waiter, endNs, cancelled);
        }
        if (entry != Entry.ENTERED) {
            refused.increment();
        }
        return entry;
    }

    private @Nullable Entry enqueue(Waiter waiter) {
        lock.lock();
        try {
            // Whoever leaves from here on either made room that is seen now, or sees the waiter.
            while (true) {
                long seen = state;
                if (waiting(seen) == 0 && inside(seen) < concurrencyMax) {
                    if (STATE.compareAndSet(this, seen, seen + 1)) {
                        return Entry.ENTERED;
                    }
                } else if (waiting(seen) >= queueLengthMax) {
                    return Entry.FULL;
                } else if (STATE.compareAndSet(this, seen, seen + ONE_WAITING)) {
                    queue.addLast(waiter);
                    admitToSpares();
                    return null;
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private Entry await(Waiter waiter, long endNs, BooleanSupplier cancelled) {
        while (!waiter.entered) {
            long leftNs = endNs - System.nanoTime();
            boolean unwanted = Thread.currentThread().isInterrupted() || cancelled.getAsBoolean();
            if (leftNs <= 0 || unwanted) {
                return giveUp(waiter) ? (unwanted ? Entry.CANCELLED : Entry.TIMED_OUT) : Entry.ENTERED;
            }
            LockSupport.parkNanos(this, Math.min(leftNs, LOOK_EVERY_NS));
        }
        return Entry.ENTERED;
    }

    /** Returns false when its turn came just now. */
    private boolean giveUp(Waiter waiter) {
        lock.lock();
        try {
            if (waiter.entered) {
                return false;
            }
            queue.remove(waiter);
            STATE.getAndAdd(this, -ONE_WAITING);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Leaves, once for each time entered. Who waits longest gets the place.
     *
     * @throws IllegalStateException when nobody can be inside. Not every leave too many is noticed
     */
    public void leave() {
        int stripe = Stripes.mine();
        long spare = spares.get(stripe);
        boolean kept = spare < SPARES_PER_STRIPE_MAX
                && spare < inside(state)
                && areSparesAllowed()
                && spares.compareAndSet(stripe, spare, spare + 1);
        // Looked at again: who began to wait meanwhile may have seen no spare. If it did see it, it has the place.
        if (!kept || (!areSparesAllowed() && takeSpare(stripe))) {
            giveBack();
        }
    }

    /** Nobody waits, and no bound was lowered below what is inside. */
    private boolean areSparesAllowed() {
        long seen = state;
        return waiting(seen) == 0 && inside(seen) <= concurrencyMax;
    }

    private void giveBack() {
        while (true) {
            long seen = state;
            if (inside(seen) <= Stripes.sum(spares)) {
                throw new IllegalStateException("left more often than entered");
            }
            if (waiting(seen) == 0) {
                if (STATE.compareAndSet(this, seen, seen - 1)) {
                    return;
                }
            } else if (leaveToNext()) {
                return;
            }
        }
    }

    /** Returns false when nobody waits any more. */
    private boolean leaveToNext() {
        lock.lock();
        try {
            if (queue.isEmpty()) {
                return false;
            }
            if (inside(state) > concurrencyMax) {
                STATE.getAndAdd(this, -1L);
            } else {
                admitFirst();
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Its place is counted already. */
    private void admitFirst() {
        Waiter first = queue.removeFirst();
        STATE.getAndAdd(this, -ONE_WAITING);
        first.entered = true;
        LockSupport.unpark(first.thread);
    }

    /** Who waits gets the spares; {@link #lock} is held. */
    private void admitToSpares() {
        while (!queue.isEmpty() && takeAnySpare()) {
            admitFirst();
        }
    }

    private boolean tryPlace() {
        // Its own spare first: that is the one way on which cores don't meet.
        if (areSparesAllowed() && takeSpare(Stripes.mine())) {
            return true;
        }
        return tryState(false) || (areSparesAllowed() && takeAnySpare());
    }

    private boolean takeAnySpare() {
        int mine = Stripes.mine();
        for (int i = 0; i < Stripes.COUNT; i++) {
            if (takeSpare(Stripes.after(mine, i))) {
                return true;
            }
        }
        return false;
    }

    private boolean takeSpare(int stripe) {
        while (true) {
            long seen = spares.get(stripe);
            if (seen == 0) {
                return false;
            }
            if (spares.compareAndSet(stripe, seen, seen - 1)) {
                return true;
            }
        }
    }

    private boolean tryState(boolean pastWaiters) {
        while (true) {
            long seen = state;
            if (inside(seen) >= concurrencyMax || (waiting(seen) > 0 && !pastWaiters)) {
                return false;
            }
            if (STATE.compareAndSet(this, seen, seen + 1)) {
                return true;
            }
        }
    }

    private static int inside(long state) {
        return (int) state;
    }

    private static int waiting(long state) {
        return (int) (state >>> 32);
    }

    public int concurrencyMax() {
        return concurrencyMax;
    }

    public int queueLengthMax() {
        return queueLengthMax;
    }

    /** How many are inside right now; exact while nobody comes or goes. */
    public int inUse() {
        return (int) Math.max(0, inside(state) - Stripes.sum(spares));
    }

    /** How many wait right now. */
    public int waiting() {
        return waiting(state);
    }

    /** How many were sent away so far. */
    public long refused() {
        return refused.sum();
    }

    private static VarHandle state() {
        try {
            return MethodHandles.lookup().findVarHandle(Admission.class, "state", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }
}
