package dev.mayfly.memorypool;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.engine.MemorySegments;
import dev.mayfly.engine.SlabLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.LongRange;

class SlabPoolPropertyTest {
    /** Wants that many bytes when 0 or more; otherwise gives one of those it has back. */
    @Provide
    Arbitrary<List<Long>> steps() {
        Arbitrary<Long> wanted = Arbitraries.frequencyOf(
                Tuple.of(6, Arbitraries.longs().between(0, 4096)),
                Tuple.of(3, Arbitraries.longs().between(0, 70_000)),
                Tuple.of(1, Arbitraries.longs().between(0, 3_000_000)));
        Arbitrary<Long> release = Arbitraries.longs().between(-1000, -1);
        return Arbitraries.frequencyOf(Tuple.of(3, wanted), Tuple.of(2, release))
                .list()
                .ofMaxSize(400);
    }

    @Property(tries = 200)
    void noSlabIsTakenTwiceOrOverlapsAnotherAndAllComeBack(
            @ForAll("steps") List<Long> steps, @ForAll @LongRange(min = 270_336, max = 4 << 20) long bytesMax) {
        try (SlabPool pool = new SlabPool(bytesMax)) {
            NavigableMap<Long, Long> endByStart = new TreeMap<>();
            List<Long> taken = new ArrayList<>();
            for (long step : steps) {
                if (step >= 0) {
                    long slab = pool.acquire(step);
                    if (slab != SlabPool.NONE) {
                        take(slab, endByStart);
                        taken.add(slab);
                    }
                } else if (!taken.isEmpty()) {
                    long slab = taken.remove((int) (-step % taken.size()));
                    endByStart.remove(slab);
                    pool.release(slab);
                }
                assertEquals(taken.size(), pool.inUse());
                assertTrue(pool.bytes() <= bytesMax);
            }
            taken.forEach(pool::release);
            assertEquals(0, pool.inUse());
        }
    }

    private static void take(long slab, NavigableMap<Long, Long> endByStart) {
        long end = slab + SlabLayout.PAYLOAD + MemorySegments.ALL.get(JAVA_INT, slab + SlabLayout.CAPACITY_BYTES);
        var before = endByStart.floorEntry(slab);
        assertTrue(before == null || before.getValue() <= slab, "a slab overlaps the one before it");
        Long after = endByStart.higherKey(slab);
        assertTrue(after == null || end <= after, "a slab overlaps the one behind it");
        endByStart.put(slab, end);
    }
}
