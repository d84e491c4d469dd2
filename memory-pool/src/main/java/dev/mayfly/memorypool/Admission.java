package dev.mayfly.memorypool;

import dev.mayfly.engine.MayflyException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;

/**
 * Bounds how many calls of a function run at once. Who comes when the place is full is sent away at once: a queue would only make
 * all of them late.
 *
 * <p>Threads: any. Each {@link #tryEnter} that returned true is followed by one {@link #leave}.
 */
public final class Admission extends CacheLinePadding {
    /** When a call that was sent away may come again: the smallest step that HTTP's Retry-After has, and long beside most calls. */
    public static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private static final VarHandle INSIDE = inside();

    private final int concurrencyMax;
    private final LongAdder refused = new LongAdder();
    /** Changed by compare-and-set alone, so that it is exact: a call is refused only when the place was full. */
    private volatile int inside;

    /** @param concurrencyMax how many may be inside at once, at least 1 */
    public Admission(int concurrencyMax) {
        if (concurrencyMax < 1) {
            throw new MayflyException.Invalid(
                    "setting concurrency-max=" + concurrencyMax + " is out of range: 1 or more");
        }
        this.concurrencyMax = concurrencyMax;
    }

    /** Enters, or returns false when {@link #concurrencyMax} are inside. */
    public boolean tryEnter() {
        while (true) {
            int seen = inside;
            if (seen >= concurrencyMax) {
                refused.increment();
                return false;
            }
            if (INSIDE.compareAndSet(this, seen, seen + 1)) {
                return true;
            }
        }
    }

    /**
     * Leaves, once for each time entered.
     *
     * @throws IllegalStateException when nobody is inside
     */
    public void leave() {
        int before = (int) INSIDE.getAndAdd(this, -1);
        if (before <= 0) {
            INSIDE.getAndAdd(this, 1);
            throw new IllegalStateException("left more often than entered");
        }
    }

    public int concurrencyMax() {
        return concurrencyMax;
    }

    /** How many are inside right now. */
    public int inUse() {
        return inside;
    }

    /** How many were sent away so far. */
    public long refused() {
        return refused.sum();
    }

    private static VarHandle inside() {
        try {
            return MethodHandles.lookup().findVarHandle(Admission.class, "inside", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }
}
