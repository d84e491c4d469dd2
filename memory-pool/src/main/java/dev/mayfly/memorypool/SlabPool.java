package dev.mayfly.memorypool;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.mayfly.engine.MayflyException;
import dev.mayfly.engine.MemorySegments;
import dev.mayfly.engine.SlabLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/**
 * Slabs: the pieces of host memory that request bodies, response bodies and functions' buffers are made of.
 *
 * <p>Three sizes of payload: 4 KiB for what most calls carry, 64 KiB where a copy's fixed cost is already lost in its bytes, 1 MiB so that a
 * 64 MiB body is a list of some 90. Slabs are made in chunks when first needed, all of them together within {@code bytesMax}, and stay.
 *
 * <p>Memory once made for one size can't become another's, so a request takes what there is: the smallest size that fits, else a smaller one
 * (the buffer becomes a longer list), else a larger one (room is wasted). It fails only when no slab of any size is left.
 *
 * <p>A slab starts with the header that {@link SlabLayout} describes. The pool keeps its own book in the part of the header that the engine
 * leaves alone, and {@link HeldSlabs} links there:
 *
 * <pre>
 *   offset  bytes  field
 *       24      4  state      0 = free, 1 = taken
 *       32      8  heldNext   {@link HeldSlabs}
 * </pre>
 *
 * <p>Payload is not zeroed between uses: the engine and {@link InvocationSlot} show used bytes only.
 *
 * <p>Threads: any, at any time, but {@link #close}.
 */
public final class SlabPool implements AutoCloseable {
    /** Not a slab: there is none left. */
    public static final long NONE = 0;

    private static final int[] PAYLOAD_BYTES = {4 << 10, 64 << 10, 1 << 20};
    /** Some 264 KiB, 513 KiB and 1 MiB at a time: large enough to be rare, small enough to be made within a call. */
    private static final int[] SLABS_A_CHUNK = {64, 8, 1};

    private static final long CHUNK_BYTES_LEAST = SLABS_A_CHUNK[0] * (SlabLayout.PAYLOAD + PAYLOAD_BYTES[0]);
    /** Keeps slab numbers far within an int. */
    private static final long BYTES_MAX = 256L << 30;

    private static final long ALIGNMENT = 128;
    private static final long STATE = 24;
    static final long HELD_NEXT = 32;
    private static final int FREE = 0;
    private static final int TAKEN = 1;

    private static final VarHandle INT = JAVA_INT.varHandle();
    private static final MemorySegment ALL = MemorySegments.ALL;

    private final long bytesMax;
    private final Arena arena = Arena.ofShared();
    private final SizeClass[] classes;
    private final ReentrantLock growth = new ReentrantLock();
    /** Bytes of all chunks. Written under {@link #growth}; read without it to see that there is no point in asking. */
    private volatile long bytes;

    /**
     * @param bytesMax what all slabs together may take, headers included
     * @throws MayflyException.Invalid when that is not enough for one chunk of the smallest, or more than 256 GiB
     */
    public SlabPool(long bytesMax) {
        if (bytesMax < CHUNK_BYTES_LEAST || bytesMax > BYTES_MAX) {
            throw new MayflyException.Invalid("setting slab-bytes-max=" + bytesMax + " is out of range: "
                    + CHUNK_BYTES_LEAST + " to " + BYTES_MAX);
        }
        this.bytesMax = bytesMax;
        this.classes = new SizeClass[PAYLOAD_BYTES.length];
        for (int i = 0; i < classes.length; i++) {
            classes[i] = new SizeClass(i, bytesMax);
        }
    }

    /** Takes a slab for {@code payloadBytesWanted} bytes or, where that is more than the largest slab holds, for the first of them. */
    public long acquire(long payloadBytesWanted) {
        return acquire(payloadBytesWanted, Long.MAX_VALUE);
    }

    /**
     * Takes a slab whose payload is no larger than {@code payloadBytesMax}.
     *
     * @return its address, nothing in it and nothing behind it; or {@link #NONE}
     */
    public long acquire(long payloadBytesWanted, long payloadBytesMax) {
        int fitting = 0;
        while (fitting < classes.length - 1 && classes[fitting].payloadBytes < payloadBytesWanted) {
            fitting++;
        }
        for (int i = fitting; i >= 0; i--) {
            long slab = take(classes[i], payloadBytesMax);
            if (slab != NONE) {
                return slab;
            }
        }
        for (int i = fitting + 1; i < classes.length; i++) {
            long slab = take(classes[i], payloadBytesMax);
            if (slab != NONE) {
                return slab;
            }
        }
        classes[fitting].exhausted.increment();
        return NONE;
    }

    /**
     * Gives a slab back.
     *
     * @throws IllegalStateException when it is free already
     * @throws IllegalArgumentException when it is not this pool's
     */
    public void release(long slab) {
        int index = ALL.get(JAVA_INT, slab + SlabLayout.INDEX);
        SizeClass sizeClass = owner(slab, index);
        if (!INT.compareAndSet(ALL, slab + STATE, TAKEN, FREE)) {
            throw new IllegalStateException(
                    "slab given back twice: class=" + sizeClass.payloadBytes + " index=" + index);
        }
        sizeClass.free.push(index);
    }

    /** Room for payload in a slab of {@code sizeClass}, one of the numbers that {@link SlabLayout#SIZE_CLASS} holds. */
    static int payloadBytes(int sizeClass) {
        return PAYLOAD_BYTES[sizeClass];
    }

    /** How many sizes there are. */
    static int sizeClasses() {
        return PAYLOAD_BYTES.length;
    }

    /** Slabs taken and not given back; exact while nobody does either. */
    public int inUse() {
        int inUse = 0;
        for (SizeClass sizeClass : classes) {
            inUse += sizeClass.inUse();
        }
        return inUse;
    }

    /** Bytes taken from the system so far. */
    public long bytes() {
        return bytes;
    }

    public long bytesMax() {
        return bytesMax;
    }

    /** One for each size, smallest first. Allocates: for scrapes, not for calls. */
    public List<SizeMetrics> metrics() {
        return Stream.of(classes).map(SizeClass::metrics).toList();
    }

    /**
     * What there is of one size.
     *
     * @param payloadBytes the size
     * @param created slabs made so far
     * @param inUse slabs taken and not given back
     * @param bytes taken from the system for them
     * @param exhausted how often a slab of this size was asked for and none of any size was left
     */
    public record SizeMetrics(int payloadBytes, int created, int inUse, long bytes, long exhausted) {}

    /**
     * Gives all memory back to the system.
     *
     * @throws IllegalStateException when slabs are in use: their memory must outlive whoever writes to it, so nothing is given back
     */
    @Override
    public void close() {
        int inUse = inUse();
        if (inUse != 0) {
            throw new IllegalStateException("slabs still in use: " + inUse);
        }
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }

    private long take(SizeClass sizeClass, long payloadBytesMax) {
        if (sizeClass.payloadBytes > payloadBytesMax) {
            return NONE;
        }
        int index = sizeClass.free.pop();
        if (index == IndexStack.EMPTY) {
            index = grow(sizeClass);
            if (index == IndexStack.EMPTY) {
                return NONE;
            }
        }
        long slab = sizeClass.address(index);
        assert (int) INT.getVolatile(ALL, slab + STATE) == FREE : "a taken slab was in the free list";
        ALL.set(JAVA_LONG, slab + SlabLayout.NEXT, 0);
        ALL.set(JAVA_INT, slab + SlabLayout.USED_BYTES, 0);
        INT.setRelease(ALL, slab + STATE, TAKEN);
        return slab;
    }

    /** Makes a chunk and returns the index of one of its slabs; the others are free. */
    private int grow(SizeClass sizeClass) {
        if (bytes + sizeClass.chunkBytes > bytesMax) {
            return IndexStack.EMPTY;
        }
        growth.lock();
        try {
            // Another thread may have grown it while this one waited.
            int index = sizeClass.free.pop();
            long madeBytes = bytes;
            if (index != IndexStack.EMPTY || madeBytes + sizeClass.chunkBytes > bytesMax) {
                return index;
            }
            index = sizeClass.addChunk(arena);
            bytes = madeBytes + sizeClass.chunkBytes;
            return index;
        } catch (OutOfMemoryError e) {
            // The machine has less than bytesMax to give: for whoever asks, the pool is exhausted.
            return IndexStack.EMPTY;
        } finally {
            growth.unlock();
        }
    }

    private SizeClass owner(long slab, int index) {
        int number = ALL.get(JAVA_INT, slab + SlabLayout.SIZE_CLASS);
        if (number >= 0 && number < classes.length) {
            SizeClass sizeClass = classes[number];
            if (index >= 0 && index < sizeClass.created && sizeClass.address(index) == slab) {
                return sizeClass;
            }
        }
        throw new IllegalArgumentException(
                "not a slab of this pool: address=" + slab + " class=" + number + " index=" + index);
    }

    /** All slabs of one size. */
    private static final class SizeClass {
        final int number;
        final int payloadBytes;
        final long slabBytes;
        final int slabsAChunk;
        final long chunkBytes;
        final long[] chunks;
        final IndexStack free;
        final LongAdder exhausted = new LongAdder();
        /** Written by whoever holds the pool's growth lock. */
        volatile int created;

        SizeClass(int number, long bytesMax) {
            this.number = number;
            this.payloadBytes = PAYLOAD_BYTES[number];
            this.slabBytes = SlabLayout.PAYLOAD + payloadBytes;
            this.slabsAChunk = SLABS_A_CHUNK[number];
            this.chunkBytes = slabsAChunk * slabBytes;
            this.chunks = new long[(int) (bytesMax / chunkBytes)];
            this.free = new IndexStack(chunks.length * slabsAChunk);
            assert slabBytes % ALIGNMENT == 0 : "every slab of a chunk is as aligned as the chunk";
        }

        long address(int index) {
            return chunks[index / slabsAChunk] + index % slabsAChunk * slabBytes;
        }

        int addChunk(Arena arena) {
            int first = created;
            chunks[first / slabsAChunk] = arena.allocate(chunkBytes, ALIGNMENT).address();
            created = first + slabsAChunk;
            for (int index = first + slabsAChunk - 1; index >= first; index--) {
                long slab = address(index);
                ALL.set(JAVA_INT, slab + SlabLayout.CAPACITY_BYTES, payloadBytes);
                ALL.set(JAVA_INT, slab + SlabLayout.SIZE_CLASS, number);
                ALL.set(JAVA_INT, slab + SlabLayout.INDEX, index);
                if (index != first) {
                    free.push(index);
                }
            }
            return first;
        }

        int inUse() {
            return Math.max(0, created - free.size());
        }

        SizeMetrics metrics() {
            int created = this.created;
            return new SizeMetrics(payloadBytes, created, inUse(), created * slabBytes, exhausted.sum());
        }
    }
}
