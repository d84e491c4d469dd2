package dev.mayfly.host.invoke;

import dev.mayfly.memorypool.Stripes;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Numbers that nobody gets twice, from 0 up. A thread gets them in ascending order; threads on different cores take theirs from blocks of their own, so
 * that they don't meet at each one.
 *
 * <p>Threads: any.
 */
final class StripedSequence {
    private final int blockMask;
    private final AtomicLong nextBlock = new AtomicLong();
    /** The number that a stripe gives next, plus 1; its block is used up when that block's first number is next. */
    private final AtomicLongArray nexts = Stripes.longs();

    /** @param blockLength how many numbers a stripe takes at once: a power of two */
    StripedSequence(int blockLength) {
        this.blockMask = blockLength - 1;
    }

    long next() {
        int stripe = Stripes.mine();
        while (true) {
            long seen = nexts.get(stripe);
            long number = (seen & blockMask) == 0 ? nextBlock.getAndAdd(blockMask + 1L) : seen;
            if (nexts.compareAndSet(stripe, seen, number + 1)) {
                return number;
            }
        }
    }
}
