package dev.mayfly.memorypool;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.mayfly.engine.CacheLinePadding;
import dev.mayfly.engine.MemorySegments;
import dev.mayfly.engine.SlabLayout;
import java.lang.foreign.MemorySegment;

/**
 * The slabs that one invocation holds, whoever has linked them to what: a list through their headers.
 *
 * <p>The buffers' own chains are the engine's to write, and a function that was stopped half-way may leave a slab in none of them. What an
 * invocation took is therefore remembered here, and given back from here and at once: slabs of dropped buffers are the engine's to use again
 * until the invocation is over.
 */
final class HeldSlabs extends CacheLinePadding {
    /** Not a slab: the invocation holds as much as it may. */
    static final long LIMIT_EXCEEDED = -1;

    private static final MemorySegment ALL = MemorySegments.ALL;

    private final SlabPool pool;
    private long first = SlabPool.NONE;
    private long bytes;
    private long bytesMax;

    HeldSlabs(SlabPool pool) {
        this.pool = pool;
    }

    /**
     * Gives back what an earlier invocation left and begins with nothing.
     *
     * @param bytesMax room for payload in all slabs that the invocation may hold
     */
    void prepare(long bytesMax) {
        releaseAll();
        this.bytesMax = bytesMax;
    }

    /**
     * Takes one more.
     *
     * <p>An invocation that holds much is likely to want more, and a list of many small slabs is slow to walk: it gets a slab as large as what
     * it holds already, if the pool has such a size. So it holds less than twice what it asked for.
     *
     * @return a slab, which may have room for less than wanted; or {@link #LIMIT_EXCEEDED}, or {@link SlabPool#NONE}
     */
    long take(long payloadBytesWanted) {
        long left = bytesMax - bytes;
        if (payloadBytesWanted > left || left < SlabPool.payloadBytes(0)) {
            return LIMIT_EXCEEDED;
        }
        long wanted = payloadBytesWanted;
        for (int i = 0; i < SlabPool.sizeClasses() && SlabPool.payloadBytes(i) <= bytes; i++) {
            wanted = Math.max(wanted, SlabPool.payloadBytes(i));
        }
        long slab = pool.acquire(wanted, left);
        if (slab != SlabPool.NONE) {
            ALL.set(JAVA_LONG, slab + SlabPool.HELD_NEXT, first);
            first = slab;
            bytes += ALL.get(JAVA_INT, slab + SlabLayout.CAPACITY_BYTES);
        }
        return slab;
    }

    void releaseAll() {
        long slab = first;
        first = SlabPool.NONE;
        bytes = 0;
        while (slab != SlabPool.NONE) {
            // Read before the release: then the slab may be another invocation's.
            long next = ALL.get(JAVA_LONG, slab + SlabPool.HELD_NEXT);
            pool.release(slab);
            slab = next;
        }
    }
}
