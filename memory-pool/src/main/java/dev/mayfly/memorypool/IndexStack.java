package dev.mayfly.memorypool;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The free ones among numbered things: a stack, because what was used last is still in the cache.
 *
 * <p>It is really several stacks, and a thread starts at one of its own, so that threads that take and give back in turn don't meet at one
 * cache line. A stripe is a Treiber stack over an array: its top word holds an index and a tag that changes with every change, so that a
 * comparison can't mistake a top that came back for one that never left: tag in the upper 32 bits, index + 1 of the topmost in the lower ones,
 * 0 when empty. How many there are is counted when somebody asks, so that taking and giving back are one locked operation each.
 */
final class IndexStack {
    static final int EMPTY = -1;

    private final int[] below;
    private final AtomicLongArray stripes;
    private final int mask;

    /** @param capacity indices from 0 up to this may be pushed */
    IndexStack(int capacity) {
        this(capacity, Stripes.COUNT);
    }

    /** @param stripes rounded down to a power of two */
    IndexStack(int capacity, int stripes) {
        int count = Integer.highestOneBit(stripes);
        this.below = new int[capacity];
        // One stripe's room before the first: nothing else shares a line with a top.
        this.stripes = new AtomicLongArray((count + 2) * Stripes.LONGS);
        this.mask = count - 1;
    }

    /** Puts an index that is not in it on top of the thread's own stripe. */
    void push(int index) {
        int top = stripe(0);
        long seen;
        do {
            seen = stripes.get(top);
            // Mostly what it was when the index was taken. Its neighbours in the cache line are other threads', who
            // would have to fetch it again.
            if (below[index] != (int) seen) {
                below[index] = (int) seen;
            }
        } while (!stripes.compareAndSet(top, seen, next(seen, index + 1)));
    }

    /**
     * Takes an index, or says {@link #EMPTY}. When other threads take the last few meanwhile, it may overlook one that moved from a stripe not
     * yet looked at to one already seen.
     */
    int pop() {
        for (int i = 0; i <= mask; i++) {
            int index = popFrom(stripe(i));
            if (index != EMPTY) {
                return index;
            }
        }
        return EMPTY;
    }

    private int popFrom(int top) {
        while (true) {
            long seen = stripes.get(top);
            int indexPlusOne = (int) seen;
            if (indexPlusOne == 0) {
                return EMPTY;
            }
            // May be changed by another thread right now; then the tag has changed too.
            if (stripes.compareAndSet(top, seen, next(seen, below[indexPlusOne - 1]))) {
                return indexPlusOne - 1;
            }
        }
    }

    /** How many indices are in it: looks at each. Exact while nobody takes or gives back, else about right. */
    int size() {
        int size = 0;
        for (int stripe = 1; stripe <= mask + 1; stripe++) {
            int indexPlusOne = (int) stripes.get(stripe * Stripes.LONGS);
            // While others change it, what is seen need not be a list at all: it may even go round.
            while (indexPlusOne != 0 && size < below.length) {
                size++;
                indexPlusOne = below[indexPlusOne - 1];
            }
        }
        return size;
    }

    private int stripe(int step) {
        return ((((int) Thread.currentThread().threadId() + step) & mask) + 1) * Stripes.LONGS;
    }

    /** The word that follows {@code seen}: never one that stood there before, for four billion changes. */
    static long next(long seen, int indexPlusOne) {
        return (((seen >>> 32) + 1) << 32) | indexPlusOne;
    }
}
