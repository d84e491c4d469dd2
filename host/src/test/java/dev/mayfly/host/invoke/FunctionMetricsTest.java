package dev.mayfly.host.invoke;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class FunctionMetricsTest {
    private final FunctionMetrics metrics = new FunctionMetrics();

    private void record(Outcome outcome, long runNs) {
        metrics.record(Receipts.of(outcome, runNs));
    }

    @Test
    void aFunctionThatNobodyCallsHasRecordedNothing() {
        assertFalse(metrics.isCalled());
        assertNull(metrics.recent());
        assertEquals(0, metrics.totals().count());
    }

    @Test
    void countsByOutcomeAndTimesWhatBegan() {
        record(Outcome.RESPONSE, 5_000);
        record(Outcome.RESPONSE, 7_000);
        record(Outcome.TRAP, 1_000_000);
        record(Outcome.CONCURRENCY_LIMIT, 0);
        assertEquals(2, metrics.totals().count(Outcome.RESPONSE));
        assertEquals(1, metrics.totals().count(Outcome.TRAP));
        assertEquals(0, metrics.totals().count(Outcome.FUNCTION_ERROR));
        Histogram latencyNs = metrics.totals().latencyNs();
        assertEquals(3, latencyNs.getTotalCount());
        long medianNs = latencyNs.getValueAtPercentile(50);
        assertTrue(6_930 <= medianNs && medianNs <= 8_000, "medianNs=" + medianNs);
    }

    @Test
    void aFunctionThatWasCalledOnceKeepsLittle() {
        record(Outcome.RESPONSE, 5_000);
        int bytes = metrics.totals().latencyNs().getEstimatedFootprintInBytes();
        assertTrue(bytes < 5 << 10, "bytes=" + bytes);
    }

    @Test
    void timesOutOfRangeAreCountedAtItsEnds() {
        record(Outcome.RESPONSE, 1);
        record(Outcome.RESPONSE, Long.MAX_VALUE);
        assertEquals(2, metrics.totals().latencyNs().getTotalCount());
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
        assertEquals(40_000, metrics.totals().count(Outcome.RESPONSE));
        assertEquals(40_000, metrics.totals().latencyNs().getTotalCount());
        assertTrue(40_000 * 4_000L < metrics.cpuNs());
        assertEquals(metrics.totals().cpuNs(), metrics.cpuNs());
    }

    @Test
    void aScrapeLosesNothingOfWhatIsRecordedMeanwhile() throws InterruptedException {
        AtomicBoolean done = new AtomicBoolean();
        AtomicInteger torn = new AtomicInteger();
        Thread scrape = Thread.startVirtualThread(() -> {
            while (!done.get()) {
                CallTotals totals = metrics.totals();
                if (totals.count() != totals.latencyNs().getTotalCount()) {
                    torn.incrementAndGet();
                }
            }
        });
        for (int call = 0; call < 100_000; call++) {
            record(Outcome.RESPONSE, 5_000);
        }
        done.set(true);
        scrape.join();
        assertEquals(0, torn.get());
        assertEquals(100_000, metrics.totals().count());
        assertEquals(100_000 * 5_000L, metrics.cpuNs());
    }
}
