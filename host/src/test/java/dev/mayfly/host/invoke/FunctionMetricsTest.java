package dev.mayfly.host.invoke;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Objects;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class FunctionMetricsTest {
    private final FunctionMetrics metrics = new FunctionMetrics();

    private void record(Outcome outcome, long runNs) {
        metrics.record(Receipts.of(outcome, runNs));
    }

    private CallTotals totals() {
        return Objects.requireNonNull(metrics.totals());
    }

    @Test
    void aFunctionThatNobodyCallsHasNoTotals() {
        assertNull(metrics.totals());
        assertEquals(0, metrics.count(Outcome.RESPONSE));
    }

    @Test
    void countsByOutcomeAndTimesWhatBegan() {
        record(Outcome.RESPONSE, 5_000);
        record(Outcome.RESPONSE, 7_000);
        record(Outcome.TRAP, 1_000_000);
        record(Outcome.CONCURRENCY_LIMIT, 0);
        assertEquals(2, metrics.count(Outcome.RESPONSE));
        assertEquals(1, metrics.count(Outcome.TRAP));
        assertEquals(0, metrics.count(Outcome.FUNCTION_ERROR));
        Histogram latencyNs = totals().latencyNs();
        assertEquals(3, latencyNs.getTotalCount());
        long medianNs = latencyNs.getValueAtPercentile(50);
        assertTrue(6_930 <= medianNs && medianNs <= 8_000, "medianNs=" + medianNs);
    }

    @Test
    void aFunctionThatWasCalledOnceKeepsLittle() {
        record(Outcome.RESPONSE, 5_000);
        int bytes = totals().latencyNs().getEstimatedFootprintInBytes();
        assertTrue(bytes < 5 << 10, "bytes=" + bytes);
    }

    @Test
    void timesOutOfRangeAreCountedAtItsEnds() {
        record(Outcome.RESPONSE, 1);
        record(Outcome.RESPONSE, Long.MAX_VALUE);
        assertEquals(2, totals().latencyNs().getTotalCount());
    }

    @Test
    void losesNothingOverThreads() throws InterruptedException {
        Thread[] threads = new Thread[4];
        for (int i = 0; i < threads.length; i++) {
            threads[i] = Thread.startVirtualThread(() -> {
                for (int call = 0; call < 10_000; call++) {
                    record(Outcome.RESPONSE, 4_000 + call);
                }
            });
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(40_000, metrics.count(Outcome.RESPONSE));
        assertEquals(40_000, totals().latencyNs().getTotalCount());
    }
}
