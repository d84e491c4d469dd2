package dev.mayfly.host.invoke;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Objects;
import org.HdrHistogram.AbstractHistogram;
import org.junit.jupiter.api.Test;

class FunctionMetricsTest {
    private final FunctionMetrics metrics = new FunctionMetrics();

    @Test
    void aFunctionThatNobodyCallsHasNoHistogram() {
        metrics.record(Outcome.OVERLOADED);
        assertNull(metrics.latencyNs());
        assertEquals(1, metrics.count(Outcome.OVERLOADED));
    }

    @Test
    void countsByOutcomeAndTimesWhatBegan() {
        metrics.record(Outcome.RESPONSE, 5_000);
        metrics.record(Outcome.RESPONSE, 7_000);
        metrics.record(Outcome.TRAP, 1_000_000);
        metrics.record(Outcome.CONCURRENCY_LIMIT);
        assertEquals(2, metrics.count(Outcome.RESPONSE));
        assertEquals(1, metrics.count(Outcome.TRAP));
        assertEquals(0, metrics.count(Outcome.FUNCTION_ERROR));
        AbstractHistogram latencyNs = Objects.requireNonNull(metrics.latencyNs());
        assertEquals(3, latencyNs.getTotalCount());
        long medianNs = latencyNs.getValueAtPercentile(50);
        assertTrue(6_930 <= medianNs && medianNs <= 8_000, "medianNs=" + medianNs);
    }

    @Test
    void timesOutOfRangeAreCountedAtItsEnds() {
        metrics.record(Outcome.RESPONSE, 0);
        metrics.record(Outcome.RESPONSE, Long.MAX_VALUE);
        assertEquals(2, Objects.requireNonNull(metrics.latencyNs()).getTotalCount());
    }

    @Test
    void losesNothingOverThreads() throws InterruptedException {
        Thread[] threads = new Thread[4];
        for (int i = 0; i < threads.length; i++) {
            threads[i] = Thread.startVirtualThread(() -> {
                for (int call = 0; call < 10_000; call++) {
                    metrics.record(Outcome.RESPONSE, 4_000 + call);
                }
            });
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(40_000, metrics.count(Outcome.RESPONSE));
        assertEquals(40_000, Objects.requireNonNull(metrics.latencyNs()).getTotalCount());
    }
}
