package dev.mayfly.host.invoke;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RecentCallsTest {
    private static final long PERIOD_NS = RecentCalls.PERIOD.toNanos();
    private static final long INTERVAL_NS = RecentCalls.INTERVAL.toNanos();

    private final long nowNs = System.nanoTime();
    private final RecentCalls calls = new RecentCalls(nowNs);

    private void add(long wallNs, long endedNs) {
        calls.add(Receipts.of(Outcome.RESPONSE, wallNs, endedNs));
    }

    private static List<Long> wallNs(List<Receipt> receipts) {
        return receipts.stream().map(Receipt::wallNs).toList();
    }

    @Test
    void theNewestComeFirstAndTheOldestGo() {
        assertEquals(List.of(), calls.newest());
        for (int i = 1; i <= 100; i++) {
            add(i, nowNs + i * INTERVAL_NS);
        }
        assertEquals(
                LongStream.iterate(100, i -> i - 1)
                        .limit(RecentCalls.RECENT_COUNT)
                        .boxed()
                        .toList(),
                wallNs(calls.newest()));
    }

    @Test
    void ofABusyFunctionTheFirstOfEachIntervalAreKept() {
        for (int i = 1; i <= 1_000; i++) {
            add(i, nowNs);
        }
        assertEquals(
                LongStream.rangeClosed(1, RecentCalls.RECENT_COUNT).boxed().toList(),
                wallNs(calls.newest()),
                "all of the same moment, and no more than there is room for");
        add(7_000, nowNs + INTERVAL_NS);
        assertEquals(7_000, calls.newest().getFirst().wallNs(), "the next interval has room again");
    }

    @Test
    void theSlowestStayThoughManyQuickOnesFollow() {
        for (int i = 1; i <= 20; i++) {
            add(1_000L * i, nowNs);
        }
        for (int i = 0; i < 1_000; i++) {
            add(5, nowNs);
        }
        assertEquals(
                LongStream.iterate(20_000, i -> i - 1_000)
                        .limit(RecentCalls.SLOWEST_COUNT)
                        .boxed()
                        .toList(),
                wallNs(calls.slowest()));
    }

    @Test
    void theSlowestOfLongAgoAreForgotten() {
        add(9_000, nowNs - 3 * PERIOD_NS);
        add(7, nowNs);
        assertEquals(List.of(7L), wallNs(calls.slowest()));
    }

    @Test
    void aPeriodsSlowestAreShownInTheNextOne() {
        RecentCalls before = new RecentCalls(nowNs - 2 * PERIOD_NS);
        before.add(Receipts.of(Outcome.RESPONSE, 9_000, nowNs - PERIOD_NS - 1));
        before.add(Receipts.of(Outcome.RESPONSE, 10, nowNs - 2));
        assertEquals(List.of(9_000L, 10L), wallNs(before.slowest()));
    }

    @Test
    void noCallIsLostWhileOthersAreAdded() throws InterruptedException {
        Thread[] threads = new Thread[4];
        for (int i = 0; i < threads.length; i++) {
            threads[i] = Thread.startVirtualThread(() -> {
                for (int call = 1; call <= 10_000; call++) {
                    add(call, nowNs);
                }
            });
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(RecentCalls.RECENT_COUNT, calls.newest().size());
        assertEquals(10_000L, calls.slowest().getFirst().wallNs());
        assertEquals(9_997L, calls.slowest().get(12).wallNs());
    }
}
