package dev.mayfly.hostinterfaces.custom;

import dev.mayfly.hostinterfaces.Deadline;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Interrupts methods that are still busy at their invocation's deadline.
 *
 * <p>Beginning and ending cost a call an entry in a set; one thread looks through it every {@link #LOOK_NS}, and not at all while it is empty.
 */
final class DeadlineWatch implements AutoCloseable {
    /** How late an interrupt may come. */
    private static final long LOOK_NS = 10_000_000;

    private final Set<Watched> going = ConcurrentHashMap.newKeySet();
    private final Thread looking;
    private volatile boolean idle;
    private volatile boolean closed;

    DeadlineWatch() {
        looking = Thread.ofPlatform().daemon().name("mayfly-deadlines").start(this::look);
    }

    /** One method that is being called. */
    static final class Watched {
        private final Thread thread = Thread.currentThread();
        private final long atNs;
        private boolean over;
        private boolean interrupted;

        Watched(long atNs) {
            this.atNs = atNs;
        }

        private synchronized void interruptIfLate(long nowNs) {
            if (!over && !interrupted && nowNs - atNs >= 0) {
                interrupted = true;
                thread.interrupt();
            }
        }

        /** From here on no interrupt comes, and none that came is left. */
        private synchronized boolean end() {
            over = true;
            if (interrupted) {
                Thread.interrupted();
            }
            return interrupted;
        }
    }

    /** The calling thread begins a method. */
    Watched begin(Deadline deadline) {
        Watched watched = new Watched(deadline.atNs());
        going.add(watched);
        if (idle) {
            idle = false;
            LockSupport.unpark(looking);
        }
        return watched;
    }

    /** It is done with it. Returns whether it was interrupted. */
    boolean end(Watched watched) {
        going.remove(watched);
        return watched.end();
    }

    private void look() {
        while (!closed) {
            if (going.isEmpty()) {
                idle = true;
                // A method that began before it could see the flag is seen here.
                if (going.isEmpty() && !closed) {
                    LockSupport.park(this);
                }
                idle = false;
            }
            LockSupport.parkNanos(this, LOOK_NS);
            long nowNs = System.nanoTime();
            going.forEach(watched -> watched.interruptIfLate(nowNs));
        }
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(looking);
    }
}
