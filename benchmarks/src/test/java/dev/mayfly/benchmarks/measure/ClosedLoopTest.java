package dev.mayfly.benchmarks.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ClosedLoopTest {
    private static final long TIME_NS = Duration.ofMillis(20).toNanos();

    @Test
    void countsEveryCallOnEveryThread() throws Exception {
        AtomicLong calls = new AtomicLong();
        Set<Thread> threads = ConcurrentHashMap.newKeySet();

        Sample sample = ClosedLoop.run(2, TIME_NS, () -> {
            threads.add(Thread.currentThread());
            return calls::incrementAndGet;
        });

        assertEquals(calls.get(), sample.calls());
        assertEquals(2, threads.size());
        assertTrue(sample.elapsedNs() >= TIME_NS, "elapsed " + sample.elapsedNs());
    }

    @Test
    void aCallThatFailsEndsTheMeasurement() {
        IllegalStateException thrown = assertThrows(
                IllegalStateException.class,
                () -> ClosedLoop.run(2, TIME_NS, () -> () -> {
                    throw new IllegalStateException("the guest trapped");
                }));

        assertEquals("the guest trapped", thrown.getMessage());
    }

    @Test
    void aThreadThatCannotStartLeavesNoOtherWaiting() {
        AtomicLong started = new AtomicLong();

        assertThrows(
                Exception.class,
                () -> ClosedLoop.run(2, TIME_NS, () -> {
                    if (started.incrementAndGet() == 2) {
                        throw new IllegalStateException("no slot");
                    }
                    return () -> {};
                }));
    }
}
