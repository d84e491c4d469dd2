package dev.mayfly.memorypool;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Parts of something that is counted by many threads, each in cache lines of its own and picked by the calling thread, so that threads on different
 * cores don't take lines from each other.
 *
 * <p>Threads: any.
 */
public final class Stripes {
    /**
     * Four for each processor, or 16 whichever is less, a power of two: thread numbers pick stripes at random, as good as, and with four for each
     * processor two running threads seldom meet.
     */
    public static final int COUNT =
            Integer.highestOneBit(Math.min(16, 4 * Runtime.getRuntime().availableProcessors()));

    /** 128 bytes: a pair of lines is what x86 fetches at once, and one line on some aarch64 parts. */
    static final int LONGS = 16;

    private Stripes() {}

    /** One number a stripe, all 0: at {@link #mine}. */
    public static AtomicLongArray longs() {
        // One stripe's room before the first: nothing else shares a line with it.
        return new AtomicLongArray((COUNT + 1) * LONGS);
    }

    /** One object a stripe, none yet: at {@link #mine}. */
    public static <T> AtomicReferenceArray<T> references() {
        return new AtomicReferenceArray<>((COUNT + 1) * LONGS);
    }

    /** Where the calling thread's number or object is. */
    public static int mine() {
        return at(number());
    }

    /** The calling thread's stripe: 0 or more, and less than {@link #COUNT}. */
    public static int number() {
        return (int) Thread.currentThread().threadId() & (COUNT - 1);
    }

    /** Where the number of the stripe is that comes so many after one. */
    static int after(int stripe, int steps) {
        return at(stripe / LONGS - 1 + steps);
    }

    private static int at(int number) {
        return ((number & (COUNT - 1)) + 1) * LONGS;
    }

    /** What all stripes have together. */
    static long sum(AtomicLongArray stripes) {
        long sum = 0;
        for (int number = 0; number < COUNT; number++) {
            sum += stripes.get(at(number));
        }
        return sum;
    }
}
