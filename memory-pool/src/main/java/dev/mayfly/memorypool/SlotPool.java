package dev.mayfly.memorypool;

import dev.mayfly.engine.FrameLayout;
import dev.mayfly.engine.LazyMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Invocation slots, made when the load first needs them and used again, the last one first, because its memory is still in the cache.
 *
 * <p>Threads: any, at any time, but {@link #close}.
 */
public final class SlotPool implements AutoCloseable {
    /**
     * Slots are cut from blocks. So large a piece is always fresh from the system; a smaller one may come from a heap of the C library, which writes
     * zeros over what was used before, and so touched all 148 KiB of most slots of a crowd, of which a call needs a fifth.
     */
    private static final long BLOCK_BYTES = 64L << 20;

    private final SlotConfig config;
    private final SlabPool slabs;
    private final Arena arena = Arena.ofShared();
    private final IndexStack free;
    private final ReentrantLock growth = new ReentrantLock();
    private final LongAdder exhausted = new LongAdder();
    /** An element is written once, under {@link #growth}, before its index can be popped. */
    private final @Nullable InvocationSlot[] slots;
    /** What is left of the last block; guarded by {@link #growth}. */
    private MemorySegment rest = MemorySegment.NULL;
    /** Written under {@link #growth}. */
    private volatile int created;

    /** @param slabs where invocations' further slabs come from; outlives this pool */
    public SlotPool(SlotConfig config, SlabPool slabs) {
        this.config = config;
        this.slabs = slabs;
        this.free = new IndexStack(config.slotCountMax());
        this.slots = new InvocationSlot[config.slotCountMax()];
    }

    /** Takes a slot, or returns null when all are taken. The caller releases it. */
    public @Nullable InvocationSlot tryAcquire() {
        int index = free.pop();
        InvocationSlot slot = index == IndexStack.EMPTY ? create() : slots[index];
        if (slot == null) {
            exhausted.increment();
        } else {
            slot.take();
        }
        return slot;
    }

    void putBack(int index) {
        free.push(index);
    }

    public SlotConfig config() {
        return config;
    }

    /** Slots taken and not released; exact while nobody does either. */
    public int inUse() {
        return Math.max(0, created - free.size());
    }

    /** Slots made so far: the most that were ever taken at once. */
    public int created() {
        return created;
    }

    /** Bytes taken from the system so far. */
    public long bytes() {
        return created * InvocationSlot.bytes(config);
    }

    /** How often all slots were taken when one was asked for. */
    public long exhausted() {
        return exhausted.sum();
    }

    /**
     * Gives the slots' memory back to the system.
     *
     * @throws IllegalStateException when slots are taken: an invocation may write to them, so nothing is given back
     */
    @Override
    public void close() {
        int inUse = inUse();
        if (inUse != 0) {
            throw new IllegalStateException("slots still in use: " + inUse);
        }
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }

    private @Nullable InvocationSlot create() {
        if (created == config.slotCountMax()) {
            return null;
        }
        growth.lock();
        try {
            int index = created;
            if (index == config.slotCountMax()) {
                return null;
            }
            InvocationSlot slot = new InvocationSlot(this, index, cut(), config, slabs);
            slots[index] = slot;
            created = index + 1;
            return slot;
        } catch (OutOfMemoryError e) {
            // The machine has less to give than slotCountMax: for whoever asks, the pool is exhausted.
            return null;
        } finally {
            growth.unlock();
        }
    }

    /** One slot's memory; {@link #growth} is held. */
    private MemorySegment cut() {
        long bytes = InvocationSlot.bytes(config);
        if (rest.byteSize() < bytes) {
            rest = LazyMemory.allocate(Math.max(bytes, BLOCK_BYTES), FrameLayout.ALIGNMENT, arena);
        }
        MemorySegment slot = rest.asSlice(0, bytes);
        rest = rest.asSlice(bytes);
        return slot;
    }
}
