package dev.mayfly.benchmarks.fresh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.benchmarks.measure.Measured;
import dev.mayfly.benchmarks.measure.Sample;
import dev.mayfly.benchmarks.report.Row;
import dev.mayfly.benchmarks.report.Target;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FreshBenchTest {
    private static final List<String> ROWS = List.of(
            "native-wasmtime",
            "native-wasmtime-2-threads",
            "native-wasmtime-fiber",
            "mayfly",
            "mayfly-2-threads",
            "mayfly-engine-only",
            "native-wasmtime-bytes",
            "mayfly-bytes",
            "mayfly-engine-call",
            "mayfly-java-call",
            "mayfly-java-calls-100",
            "wasmtime-java",
            "wasmtime-java-2-threads",
            "wasmtime-java-no-import",
            "endive",
            "endive-2-threads");

    private static final FreshBench.Plan PLAN = new FreshBench.Plan(Duration.ofMillis(7), 3, Duration.ofMillis(2));

    private final List<String> runs = new ArrayList<>();

    /** What a worker with that median would say: a thousand calls a millisecond for each thread. */
    private Measured worker(String name, long p50Ns) {
        return (workload, threads, time) -> {
            runs.add(name + " " + workload + " " + threads + " " + time.toMillis());
            long latencyNs = workload.equals("java-calls-100") ? p50Ns + 99 * 300 : p50Ns;
            long calls = 1000L * threads * time.toMillis();
            return Sample.decode(time.toNanos() + " " + calls + " " + latencyNs + ":" + calls);
        };
    }

    private List<Row> rows() throws IOException {
        FreshBench.Workers workers = new FreshBench.Workers(
                worker("native", 4_500),
                worker("mayfly", 4_800),
                worker("wasmtime-java", 150_000),
                worker("endive", 38_000));
        return FreshBench.run(workers, PLAN, line -> {});
    }

    @Test
    void theRowsKeepTheirNamesAndTheirOrder() throws IOException {
        assertEquals(ROWS, rows().stream().map(Row::name).toList());
    }

    @Test
    void everyRowGetsItsTurnInEveryRoundAfterTheSameWarmUp() throws IOException {
        rows();

        int contests = ROWS.size();
        assertEquals(4 * contests, runs.size());
        assertTrue(runs.subList(0, contests).stream().allMatch(run -> run.endsWith(" 7")));
        List<String> firstRound = runs.subList(contests, 2 * contests);
        assertEquals(firstRound, runs.subList(2 * contests, 3 * contests));
        assertEquals(firstRound, runs.subList(3 * contests, 4 * contests));
        assertEquals("native echo 1 2", firstRound.getFirst());
    }

    @Test
    void theTargetsAreComputedFromTheRows() throws IOException {
        List<Target> targets = FreshBench.targets(rows());

        assertEquals(1.07, targets.get(0).value(), 0.01);
        assertEquals(1.07, targets.get(1).value(), 0.01);
        assertEquals(31.25, targets.get(2).value(), 0.1);
        assertEquals(7.9, targets.get(3).value(), 0.1);
        assertEquals(0.3, targets.get(4).value(), 0.01);
        assertEquals(1.0, targets.get(5).value(), 0.01);
        assertEquals(2.0, targets.get(6).value(), 0.01);
        assertFalse(targets.stream().anyMatch(target -> !target.isMet()), targets.toString());
    }
}
