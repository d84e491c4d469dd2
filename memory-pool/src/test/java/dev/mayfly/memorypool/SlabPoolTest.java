package dev.mayfly.memorypool;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.engine.FrameLayout;
import dev.mayfly.engine.MayflyException;
import dev.mayfly.engine.MemorySegments;
import dev.mayfly.engine.SlabLayout;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SlabPoolTest {
    private static final int SMALL = 4 << 10;
    private static final int MIDDLE = 64 << 10;
    private static final int LARGE = 1 << 20;
    /** One chunk of the smallest: 64 slabs. */
    private static final long SMALL_CHUNK = 64 * (SlabLayout.PAYLOAD + SMALL);

    private static final MemorySegment ALL = MemorySegments.ALL;

    @ParameterizedTest
    @CsvSource({
        "0, 4096",
        "1, 4096",
        "4096, 4096",
        "4097, 65536",
        "65536, 65536",
        "65537, 1048576",
        "1048576, 1048576",
        "1048577, 1048576",
        "9223372036854775807, 1048576"
    })
    void givesTheSmallestSlabThatFitsOrElseTheLargest(long wanted, int payload) {
        try (SlabPool pool = new SlabPool(8 << 20)) {
            long slab = pool.acquire(wanted);
            assertEquals(payload, capacity(slab));
            pool.release(slab);
        }
    }

    @Test
    void aSlabIsEmptyAlignedAndEndsItsList() {
        try (SlabPool pool = new SlabPool(8 << 20)) {
            long first = pool.acquire(SMALL);
            ALL.set(JAVA_LONG, first + SlabLayout.NEXT, 4711);
            ALL.set(JAVA_INT, first + SlabLayout.USED_BYTES, SMALL);
            pool.release(first);

            long again = pool.acquire(SMALL);
            assertEquals(first, again, "what was used last is used next");
            assertEquals(0, ALL.get(JAVA_LONG, again + SlabLayout.NEXT));
            assertEquals(0, ALL.get(JAVA_INT, again + SlabLayout.USED_BYTES));
            assertEquals(0, again % FrameLayout.ALIGNMENT);
            pool.release(again);
        }
    }

    @Test
    void neighboursDoNotOverlap() {
        try (SlabPool pool = new SlabPool(8 << 20)) {
            List<Long> slabs = new ArrayList<>();
            for (int i = 0; i < 70; i++) {
                long slab = pool.acquire(i < 60 ? SMALL : MIDDLE);
                ALL.asSlice(slab + SlabLayout.PAYLOAD, capacity(slab)).fill((byte) i);
                slabs.add(slab);
            }
            for (int i = 0; i < slabs.size(); i++) {
                long slab = slabs.get(i);
                assertEquals((byte) i, ALL.get(JAVA_BYTE, slab + SlabLayout.PAYLOAD));
                assertEquals((byte) i, ALL.get(JAVA_BYTE, slab + SlabLayout.PAYLOAD + capacity(slab) - 1));
                pool.release(slab);
            }
        }
    }

    @Test
    void takesSmallerSlabsWhenTheFittingOnesAreGone() {
        try (SlabPool pool = new SlabPool(SMALL_CHUNK)) {
            long slab = pool.acquire(LARGE);
            assertEquals(SMALL, capacity(slab));
            pool.release(slab);
        }
    }

    @Test
    void takesLargerSlabsWhenNothingElseIsLeft() {
        try (SlabPool pool = new SlabPool(LARGE + SlabLayout.PAYLOAD)) {
            long large = pool.acquire(LARGE);
            pool.release(large);
            assertEquals(large, pool.acquire(1), "all the pool's memory is in its one large slab");
            pool.release(large);
        }
    }

    @Test
    void neverGivesMoreRoomThanTheCallerMayHave() {
        try (SlabPool pool = new SlabPool(8 << 20)) {
            long slab = pool.acquire(LARGE, MIDDLE);
            assertEquals(MIDDLE, capacity(slab));
            pool.release(slab);
            assertEquals(SlabPool.NONE, pool.acquire(1, SMALL - 1));
        }
    }

    @Test
    void saysNoneWhenEverythingIsTakenAndHasItAgainAfterwards() {
        try (SlabPool pool = new SlabPool(SMALL_CHUNK)) {
            List<Long> slabs = new ArrayList<>();
            for (long slab = pool.acquire(1); slab != SlabPool.NONE; slab = pool.acquire(1)) {
                slabs.add(slab);
            }
            assertEquals(64, slabs.size());
            assertEquals(64, pool.inUse());
            assertEquals(1, pool.metrics().getFirst().exhausted());
            slabs.forEach(pool::release);
            assertEquals(0, pool.inUse());
            assertNotEquals(SlabPool.NONE, slabs.set(0, pool.acquire(1)));
            pool.release(slabs.getFirst());
        }
    }

    @Test
    void staysWithinItsBytes() {
        long bytesMax = 3 << 20;
        try (SlabPool pool = new SlabPool(bytesMax)) {
            List<Long> slabs = new ArrayList<>();
            for (long wanted : new long[] {LARGE, MIDDLE, SMALL}) {
                for (long slab = pool.acquire(wanted); slab != SlabPool.NONE; slab = pool.acquire(wanted)) {
                    slabs.add(slab);
                }
            }
            assertTrue(pool.bytes() <= bytesMax, () -> "bytes=" + pool.bytes());
            assertTrue(pool.bytes() > bytesMax - SMALL_CHUNK, () -> "bytes=" + pool.bytes());
            assertEquals(
                    pool.bytes(),
                    pool.metrics().stream()
                            .mapToLong(SlabPool.SizeMetrics::bytes)
                            .sum());
            slabs.forEach(pool::release);
        }
    }

    @Test
    void refusesASlabGivenBackTwice() {
        try (SlabPool pool = new SlabPool(8 << 20)) {
            long slab = pool.acquire(1);
            pool.release(slab);
            assertThrows(IllegalStateException.class, () -> pool.release(slab));
            assertEquals(0, pool.inUse());
        }
    }

    @Test
    void refusesAnotherPoolsSlab() {
        try (SlabPool pool = new SlabPool(8 << 20);
                SlabPool other = new SlabPool(8 << 20)) {
            long mine = pool.acquire(1);
            long theirs = other.acquire(1);
            assertThrows(IllegalArgumentException.class, () -> pool.release(theirs));
            pool.release(mine);
            other.release(theirs);
        }
    }

    @Test
    void doesNotCloseWhileSlabsAreInUse() {
        SlabPool pool = new SlabPool(8 << 20);
        long slab = pool.acquire(1);
        assertThrows(IllegalStateException.class, pool::close);
        ALL.set(JAVA_BYTE, slab + SlabLayout.PAYLOAD, (byte) 1);
        pool.release(slab);
        pool.close();
        pool.close();
    }

    @ParameterizedTest
    @CsvSource({"-1", "0", "270335", "274877906945", "9223372036854775807"})
    void refusesABoundThatMakesNoSense(long bytesMax) {
        MayflyException.Invalid error = assertThrows(MayflyException.Invalid.class, () -> new SlabPool(bytesMax));
        assertTrue(error.safeMessage().contains("slab-bytes-max=" + bytesMax), error.safeMessage());
    }

    @Test
    void neverGivesASlabToTwoThreads() throws Exception {
        try (SlabPool pool = new SlabPool(2 << 20)) {
            AtomicLong exhausted = new AtomicLong();
            Hammer.platformThreads(6, (thread, round) -> {
                long[] slabs = new long[24];
                for (int i = 0; i < slabs.length; i++) {
                    slabs[i] = pool.acquire(i % 8 == 0 ? MIDDLE : SMALL);
                    if (slabs[i] == SlabPool.NONE) {
                        exhausted.incrementAndGet();
                    } else {
                        ALL.set(JAVA_LONG, slabs[i] + SlabLayout.PAYLOAD, round * 8 + thread);
                    }
                }
                for (long slab : slabs) {
                    if (slab != SlabPool.NONE) {
                        assertEquals(
                                round * 8 + thread,
                                ALL.get(JAVA_LONG, slab + SlabLayout.PAYLOAD),
                                "another thread wrote to this slab");
                        pool.release(slab);
                    }
                }
            });
            assertEquals(0, pool.inUse());
            assertTrue(pool.bytes() <= pool.bytesMax());
        }
    }

    private static int capacity(long slab) {
        return ALL.get(JAVA_INT, slab + SlabLayout.CAPACITY_BYTES);
    }
}
