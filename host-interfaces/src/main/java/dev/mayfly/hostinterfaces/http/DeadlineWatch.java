package dev.mayfly.hostinterfaces.http;

import dev.mayfly.hostinterfaces.HostError;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Cancels exchanges at their deadlines. It looks at all of them when the earliest deadline that it ever saw has come, and then knows the next. So an
 * exchange that ends in time, as nearly all do, has woken nobody; an alarm for each would wake the timer's thread with each, which costs more than
 * the rest of a call.
 *
 * <p>Threads: any.
 */
final class DeadlineWatch {
    /** Between two looks: a crowd whose deadlines come one after the other is looked at together. */
    private static final long LOOKS_APART_NS = 1_000_000;

    /** A hundred years: times are compared by their difference, which must not overflow. */
    private static final long NEVER_NS = TimeUnit.DAYS.toNanos(36_500);

    private final ScheduledExecutorService timer;
    private final Set<Exchange> underWay = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /** When it looks next, on {@link System#nanoTime}'s clock. Written under this object's lock. */
    private volatile long lookAtNs = never();

    /** Guarded by this object's lock. */
    private Future<?> look = CompletableFuture.completedFuture(null);

    /** @param timer shut down by whoever made it, before this is closed */
    DeadlineWatch(ScheduledExecutorService timer) {
        this.timer = timer;
    }

    private static long never() {
        return System.nanoTime() + NEVER_NS;
    }

    /**
     * Watches an exchange until it is removed.
     *
     * @throws HostError when the watch is closed
     */
    void add(Exchange exchange) {
        underWay.add(exchange);
        // After it is in the set: a look that misses it has not set its next time yet, or this sees that time.
        lookBy(exchange.deadline().atNs());
        if (closed) {
            throw HostError.of(HostError.Kind.UNAVAILABLE, "the binding is closed");
        }
    }

    void remove(Exchange exchange) {
        underWay.remove(exchange);
    }

    private void lookBy(long atNs) {
        if (atNs - lookAtNs < 0) {
            plan(atNs);
        }
    }

    private synchronized void plan(long atNs) {
        if (atNs - lookAtNs >= 0) {
            return;
        }
        lookAtNs = atNs;
        look.cancel(false);
        long waitNs = Math.max(LOOKS_APART_NS, atNs - System.nanoTime());
        try {
            look = timer.schedule(this::look, waitNs, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            // Being closed cancels all.
        }
    }

    private void look() {
        synchronized (this) {
            lookAtNs = never();
        }
        long now = System.nanoTime();
        long nextNs = never();
        for (Exchange exchange : underWay) {
            long atNs = exchange.deadline().atNs();
            if (atNs - now <= 0) {
                exchange.cancel();
            } else if (atNs - nextNs < 0) {
                nextNs = atNs;
            }
        }
        lookBy(nextNs);
    }

    /** Cancels all, and takes no more. */
    void close() {
        closed = true;
        underWay.forEach(Exchange::cancel);
    }
}
