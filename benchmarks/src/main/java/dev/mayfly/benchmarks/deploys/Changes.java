package dev.mayfly.benchmarks.deploys;

import java.util.ArrayList;
import java.util.List;

/**
 * What calls should be answered by, as it changes: each change is asked for, and done once the host said so.
 *
 * <p>Threads: any.
 */
final class Changes {
    private record Change(int version, long askedNs) {}

    private final List<Change> changes = new ArrayList<>();
    private int done;
    private long firstNs;
    private long stale;

    /** From now on the host may answer by {@code version}. */
    synchronized void asked(int version) {
        changes.add(new Change(version, System.nanoTime()));
        firstNs = 0;
    }

    /** From now on the host must answer by what was asked for last. */
    synchronized void done() {
        done = changes.size() - 1;
    }

    /** What is done when a call is sent. */
    synchronized int sent() {
        return done;
    }

    /**
     * A call was answered.
     *
     * @param doneThen what {@link #sent} was when it was sent
     */
    synchronized void answered(int version, long sentNs, int doneThen) {
        Change last = changes.getLast();
        // An earlier call may have been answered by the same version before it was pointed to again.
        if (firstNs == 0 && version == last.version && sentNs >= last.askedNs) {
            firstNs = System.nanoTime();
            notifyAll();
        }
        if (changes.subList(doneThen, changes.size()).stream().noneMatch(change -> change.version == version)) {
            stale++;
        }
    }

    /** Waits for the first answer by what was asked for last, to a call that was sent since; returns when it came. */
    synchronized long awaitFirstNs() throws InterruptedException {
        while (firstNs == 0) {
            wait();
        }
        return firstNs;
    }

    /** Answers by a version that had been replaced when the call was sent. */
    synchronized long stale() {
        return stale;
    }
}
