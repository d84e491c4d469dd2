package dev.mayfly.memorypool;

import dev.mayfly.engine.FrameLayout;
import dev.mayfly.engine.LazyMemory;
import java.lang.foreign.Arena;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Invocation slots, made when the load first needs them and used again, the last one first, because its memory is still in the cache.
 *
 * <p>Threads: any, at any time, but {@link #close}.
 */
public final class SlotPool implements AutoCloseable {
    private final SlotConfig config;
    private final SlabPool slabs;
    private final Arena arena = Arena.ofShared();
    private final IndexStack free;
    private final ReentrantLock growth = new ReentrantLock();
    private final LongAdder exhausted = new LongAdder();
    /** An element is written once, under {@link #growth}, before its index can be popped. */
    private final @Nullable InvocationSlot[] slots;
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
            InvocationSlot slot = new InvocationSlot(
                    this,
                    index,
                    LazyMemory.allocate(InvocationSlot.bytes(config), FrameLayout.ALIGNMENT, arena),
                    config,
                    slabs);
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
}
