package dev.mayfly.linkercache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class FunctionTableTest {
    /** Stands for the pre-linked component. */
    private static final class Native implements AutoCloseable {
        private volatile boolean closed;
        private volatile boolean freedInUse;
        private final AtomicInteger closings = new AtomicInteger();

        @Override
        public void close() {
            closed = true;
            closings.incrementAndGet();
        }
    }

    private static final Native NONE = new Native();

    private final Native component = new Native();
    private final AtomicInteger freed = new AtomicInteger();
    private final FunctionTable table = new FunctionTable(component, 0, freed::incrementAndGet);

    @Test
    void aTableInUseIsNotFreedByRetiring() {
        assertTrue(table.tryAcquire());
        table.retire();
        assertEquals(1, table.openCalls());
        assertFalse(component.closed);
        table.release();
        assertTrue(component.closed);
        assertEquals(1, freed.get());
    }

    @Test
    void anIdleTableIsFreedByRetiring() {
        assertTrue(table.tryAcquire());
        table.release();
        assertFalse(component.closed);
        table.retire();
        assertTrue(component.closed);
    }

    @Test
    void aRetiredTableGivesNoReference() {
        assertTrue(table.tryAcquire());
        table.retire();
        assertFalse(table.tryAcquire());
        assertFalse(component.closed);
        table.release();
        assertFalse(table.tryAcquire());
    }

    @Test
    void retiringTwiceFreesOnce() {
        table.retire();
        table.retire();
        assertEquals(1, component.closings.get());
        assertEquals(1, freed.get());
    }

    @Test
    void aReferenceMayBeGivenBackByAnotherThread() throws Exception {
        for (int i = 0; i < 100; i++) {
            assertTrue(table.tryAcquire());
            Thread.ofVirtual().start(() -> table.release()).join();
        }
        assertEquals(0, table.openCalls());
        assertTrue(table.tryAcquire());
        table.retire();
        assertFalse(component.closed);
        Thread.ofVirtual().start(() -> table.release()).join();
        assertTrue(component.closed);
    }

    @Test
    void theLatestUseIsRememberedToTheMillisecond() {
        long second = 1_000_000_000;
        assertTrue(table.tryAcquire());
        assertTrue(table.tryAcquire());
        table.release(5 * second);
        long first = table.usedTick();
        table.release(5 * second + 2_000_000);
        assertTrue(table.usedTick() > first);
    }

    @Test
    void aComponentThatFailsToCloseIsStillReportedAsFreed() {
        FunctionTable failing = new FunctionTable(
                () -> {
                    throw new IllegalStateException("this is expected in the log");
                },
                0,
                freed::incrementAndGet);
        failing.retire();
        assertEquals(1, freed.get());
    }

    /**
     * Threads take and give back references and check while they hold one that the component is not freed; after a
     * while one of them retires the table. Thousands of tables, so that retiring meets every stage of a call.
     */
    @Test
    void hammered_itIsNeverFreedWhileInUseAndAlwaysFreedInTheEnd() throws Exception {
        int callers = 3;
        int tablesMax = 3_000;
        // On a busy machine the threads seldom run at once, so it is a matter of time as well.
        long endNs = System.nanoTime() + 3_000_000_000L;
        AtomicInteger frees = new AtomicInteger();
        List<Native> components = new ArrayList<>();
        FunctionTable[] current = new FunctionTable[1];
        CyclicBarrier next = new CyclicBarrier(callers, () -> {
            boolean more = components.size() < tablesMax && System.nanoTime() < endNs;
            if (more) {
                components.add(new Native());
                current[0] = new FunctionTable(components.getLast(), 0, frees::incrementAndGet);
            } else {
                components.add(NONE);
            }
        });
        try (ExecutorService executor = Executors.newFixedThreadPool(callers)) {
            List<Future<Long>> ends = new ArrayList<>();
            for (int c = 0; c < callers; c++) {
                int caller = c;
                ends.add(executor.submit(() -> {
                    long used = 0;
                    next.await();
                    for (int t = 0; components.getLast() != NONE; t++) {
                        // From at once to after some dozens of calls.
                        int retireAfter = t % callers == caller ? t % 64 : Integer.MAX_VALUE;
                        used += useUntilRetired(current[0], components.getLast(), retireAfter);
                        next.await();
                    }
                    return used;
                }));
            }
            long used = 0;
            for (Future<Long> end : ends) {
                used += end.get();
            }
            components.removeLast();
            assertEquals(components.size(), frees.get());
            assertTrue(components.stream().noneMatch(component -> component.freedInUse), "freed while in use");
            assertTrue(components.stream().allMatch(component -> component.closings.get() == 1), "freed once");
            assertTrue(used > components.size(), "the tables were in use: " + used);
        }
    }

    private static long useUntilRetired(FunctionTable table, Native component, int retireAfter) {
        long used = 0;
        while (table.tryAcquire()) {
            boolean freedAtFirst = component.closed;
            if (used == retireAfter) {
                table.retire();
            }
            if (freedAtFirst || component.closed) {
                component.freedInUse = true;
            }
            table.release();
            used++;
        }
        return used;
    }

    /** As before, but on virtual threads that change carriers while they hold references, many of them at once. */
    @Test
    void hammered_virtualThreadsThatMoveBetweenCarriersLeaveNoReference() throws Exception {
        for (int round = 0; round < 200; round++) {
            Native component = new Native();
            FunctionTable table = new FunctionTable(component, 0, () -> {});
            try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int v = 0; v < 32; v++) {
                    executor.execute(() -> {
                        while (table.tryAcquire()) {
                            LockSupport.parkNanos(1);
                            if (component.closed) {
                                component.freedInUse = true;
                            }
                            table.release();
                        }
                    });
                }
                executor.execute(table::retire);
            }
            assertFalse(component.freedInUse);
            assertEquals(0, table.openCalls());
            assertEquals(1, component.closings.get());
        }
    }
}
