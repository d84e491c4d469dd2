package dev.mayfly.memorypool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AdmissionQueueTest {
    private static final long LONG_NS = TimeUnit.MINUTES.toNanos(1);

    private static Admission.Entry enter(Admission admission, long timeMaxNs) {
        return admission.enter(timeMaxNs, () -> false);
    }

    private static void awaitWaiting(Admission admission, int count) throws InterruptedException {
        while (admission.waiting() != count) {
            Thread.sleep(1);
        }
    }

    @Test
    void whoComesFirstEntersFirst() throws InterruptedException {
        Admission admission = new Admission(1, 10);
        assertTrue(admission.tryEnter());
        List<Integer> order = Collections.synchronizedList(new ArrayList<>());
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            int number = i;
            threads.add(Thread.startVirtualThread(() -> {
                assertEquals(Admission.Entry.ENTERED, enter(admission, LONG_NS));
                order.add(number);
                admission.leave();
            }));
            awaitWaiting(admission, i + 1);
        }
        assertEquals(Admission.Entry.FULL, enter(admission, LONG_NS));
        admission.leave();
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(List.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9), order);
        assertEquals(0, admission.inUse());
        assertEquals(0, admission.waiting());
    }

    @Test
    void nobodyEntersPastThoseWhoWait() throws InterruptedException {
        Admission admission = new Admission(1, 1);
        assertTrue(admission.tryEnter());
        Thread waiting = Thread.startVirtualThread(() -> enter(admission, LONG_NS));
        awaitWaiting(admission, 1);
        admission.leave();
        assertFalse(admission.tryEnter(), "the place is the waiting one's");
        waiting.join();
        assertEquals(1, admission.inUse());
    }

    @Test
    void aWaitEndsInTimeAndLeavesNothingBehind() {
        Admission admission = new Admission(1, 10);
        assertTrue(admission.tryEnter());
        long startNs = System.nanoTime();
        assertEquals(Admission.Entry.TIMED_OUT, enter(admission, TimeUnit.MILLISECONDS.toNanos(50)));
        long tookMs = (System.nanoTime() - startNs) / 1_000_000;
        assertTrue(tookMs >= 50 && tookMs < 10_000, "tookMs=" + tookMs);
        assertEquals(0, admission.waiting());
        assertEquals(Admission.Entry.FULL, enter(admission, 0), "no time, no wait");
        admission.leave();
        assertEquals(0, admission.inUse());
    }

    @Test
    void whoIsNoLongerWantedLeavesTheQueue() throws InterruptedException {
        Admission admission = new Admission(1, 10);
        assertTrue(admission.tryEnter());
        AtomicBoolean gone = new AtomicBoolean();
        AtomicReference<Admission.Entry> entry = new AtomicReference<>();
        Thread thread = Thread.startVirtualThread(() -> entry.set(admission.enter(LONG_NS, gone::get)));
        awaitWaiting(admission, 1);
        gone.set(true);
        thread.join();
        assertEquals(Admission.Entry.CANCELLED, entry.get());
        Thread interrupted = Thread.startVirtualThread(() -> entry.set(enter(admission, LONG_NS)));
        awaitWaiting(admission, 1);
        interrupted.interrupt();
        interrupted.join();
        assertEquals(Admission.Entry.CANCELLED, entry.get());
        assertEquals(0, admission.waiting());
    }

    @Test
    void widerBoundsLetInWhoWaitsAndNarrowerOnesPushNobodyOut() throws InterruptedException {
        Admission admission = new Admission(1, 10);
        assertTrue(admission.tryEnter());
        Thread first = Thread.startVirtualThread(() -> enter(admission, LONG_NS));
        awaitWaiting(admission, 1);
        admission.bound(3, 10);
        first.join();
        assertEquals(2, admission.inUse());
        admission.bound(1, 10);
        assertEquals(2, admission.inUse());
        Thread second = Thread.startVirtualThread(() -> enter(admission, LONG_NS));
        awaitWaiting(admission, 1);
        admission.leave();
        assertEquals(1, admission.waiting(), "one is inside yet, as many as may");
        admission.leave();
        second.join();
        assertEquals(1, admission.inUse());
        assertEquals(0, admission.waiting());
    }

    @Test
    void underLoadNoWakeUpIsLostAndTheBoundHolds() throws Exception {
        int max = 3;
        Admission admission = new Admission(max, 1_000);
        AtomicInteger inside = new AtomicInteger();
        AtomicLong entered = new AtomicLong();
        Hammer.virtualThreads(200, (thread, round) -> {
            long timeNs = thread % 4 == 0 ? 50_000 : LONG_NS;
            AtomicInteger asked = new AtomicInteger();
            // Some give up at once, some soon, the others wait as long as it takes: a lost wake-up is a minute's wait.
            BooleanSupplier cancelled = () -> thread % 7 == 0 && asked.getAndIncrement() > 0;
            if (admission.enter(timeNs, cancelled) == Admission.Entry.ENTERED) {
                assertTrue(inside.incrementAndGet() <= max, "more inside than there is room for");
                entered.incrementAndGet();
                if ((round & 3) == 0) {
                    LockSupport.parkNanos(1);
                }
                inside.decrementAndGet();
                admission.leave();
            }
        });
        assertEquals(0, admission.inUse());
        assertEquals(0, admission.waiting());
        assertTrue(entered.get() > 1_000, "entered=" + entered.get());
    }
}
