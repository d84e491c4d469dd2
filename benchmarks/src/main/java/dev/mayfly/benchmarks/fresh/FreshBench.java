package dev.mayfly.benchmarks.fresh;

import dev.mayfly.benchmarks.measure.Measured;
import dev.mayfly.benchmarks.measure.Sample;
import dev.mayfly.benchmarks.report.Row;
import dev.mayfly.benchmarks.report.Target;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.Consumer;

/** The rows of {@code bench fresh}, measured in turn. */
public final class FreshBench {
    /** Workers by what they run. */
    public record Workers(Measured nativeWasmtime, Measured mayfly, Measured wasmtimeJava, Measured endive) {}

    /**
     * How long to measure.
     *
     * @param warmUp of each row, before all rounds
     * @param rounds how often each row gets its turn
     * @param turn how long that is
     */
    public record Plan(Duration warmUp, int rounds, Duration turn) {
        public static final Plan QUICK = new Plan(Duration.ofMillis(900), 4, Duration.ofMillis(350));
        public static final Plan FULL = new Plan(Duration.ofSeconds(3), 10, Duration.ofSeconds(1));
    }

    record Contest(String row, Measured worker, String workload, int threads) {}

    static final String NATIVE = "native-wasmtime";
    static final String MAYFLY = "mayfly";
    static final String MAYFLY_2_THREADS = "mayfly-2-threads";
    static final String NATIVE_BYTES = "native-wasmtime-bytes";
    static final String MAYFLY_BYTES = "mayfly-bytes";
    static final String JAVA_CALL = "mayfly-java-call";
    static final String JAVA_CALLS_100 = "mayfly-java-calls-100";
    static final String WASMTIME_JAVA = "wasmtime-java";
    static final String ENDIVE = "endive";

    private FreshBench() {}

    static List<Contest> contests(Workers workers) {
        return List.of(
                new Contest(NATIVE, workers.nativeWasmtime, "echo", 1),
                new Contest("native-wasmtime-2-threads", workers.nativeWasmtime, "echo", 2),
                new Contest("native-wasmtime-fiber", workers.nativeWasmtime, "echo-on-fiber", 1),
                new Contest(MAYFLY, workers.mayfly, "echo", 1),
                new Contest(MAYFLY_2_THREADS, workers.mayfly, "echo", 2),
                new Contest("mayfly-engine-only", workers.mayfly, "echo-engine-only", 1),
                new Contest(NATIVE_BYTES, workers.nativeWasmtime, "echo-bytes", 1),
                new Contest(MAYFLY_BYTES, workers.mayfly, "echo-bytes", 1),
                new Contest("mayfly-engine-call", workers.mayfly, "engine-call", 1),
                new Contest(JAVA_CALL, workers.mayfly, "java-calls-1", 1),
                new Contest(JAVA_CALLS_100, workers.mayfly, "java-calls-100", 1),
                new Contest(WASMTIME_JAVA, workers.wasmtimeJava, "echo", 1),
                new Contest("wasmtime-java-2-threads", workers.wasmtimeJava, "echo", 2),
                new Contest("wasmtime-java-no-import", workers.wasmtimeJava, "no-import", 1),
                new Contest(ENDIVE, workers.endive, "echo", 1),
                new Contest("endive-2-threads", workers.endive, "echo", 2));
    }

    /**
     * Measures all rows.
     *
     * @param progress is told what happens, a line at a time
     */
    public static List<Row> run(Workers workers, Plan plan, Consumer<String> progress) throws IOException {
        List<Contest> contests = contests(workers);
        for (Contest contest : contests) {
            progress.accept("warming up " + contest.row);
            contest.worker.run(contest.workload, contest.threads, plan.warmUp);
        }
        SequencedMap<String, Sample> samples = new LinkedHashMap<>();
        for (int round = 1; round <= plan.rounds; round++) {
            progress.accept("round " + round + " of " + plan.rounds);
            for (Contest contest : contests) {
                Sample sample = contest.worker.run(contest.workload, contest.threads, plan.turn);
                samples.computeIfAbsent(contest.row, row -> new Sample()).add(sample);
            }
        }
        return Row.byLatency(samples);
    }

    /** How the rows stand to what Mayfly promises. */
    public static List<Target> targets(List<Row> rows) {
        Row mayfly = Row.named(rows, MAYFLY);
        double javaCallNs = (Row.named(rows, JAVA_CALLS_100).p50Ns()
                        - Row.named(rows, JAVA_CALL).p50Ns())
                / 99.0;
        return List.of(
                Target.atMost("fresh call, median, over native Rust's", mayfly.ratio(), 1.10),
                Target.atMost(
                        "the same for a guest that copies the body",
                        Row.named(rows, MAYFLY_BYTES).ratio()
                                / Row.named(rows, NATIVE_BYTES).ratio(),
                        1.10),
                Target.atLeast(
                        "wasmtime-java's median over Mayfly's",
                        Row.named(rows, WASMTIME_JAVA).p50Ns() / (double) mayfly.p50Ns(),
                        25),
                Target.atLeast(
                        "Endive's median over Mayfly's", Row.named(rows, ENDIVE).p50Ns() / (double) mayfly.p50Ns(), 6),
                Target.atMost("host call answered by Java, µs", javaCallNs / 1000, 0.4),
                Target.atMost("p99.9 over p50", mayfly.p999Ns() / (double) mayfly.p50Ns(), 12),
                Target.atLeast(
                        "calls per second on 2 threads over those on 1",
                        Row.named(rows, MAYFLY_2_THREADS).perSecond() / mayfly.perSecond(),
                        1.8));
    }
}
