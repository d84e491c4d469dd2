package dev.mayfly.benchmarks.parts;

import dev.mayfly.benchmarks.measure.ChildProcess;
import dev.mayfly.benchmarks.report.Row;
import dev.mayfly.benchmarks.report.Target;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import org.openjdk.jmh.util.Statistics;

/** The rows of {@code bench parts}: nanoseconds of a part, and bytes it leaves to the garbage collector. */
public final class PartsBench {
    private static final String ALLOCATED = "gc.alloc.rate.norm";
    /** Less than any object has by far. */
    private static final double NOTHING_BYTES = 0.5;
    /** What JMH and the JVM allocate meanwhile whatever is measured, by the rows that allocate nothing: 420 to 560 KB. JMH divides it by the operations. */
    private static final double OWN_BYTES = 600_000;

    private static final int ITERATION_MS = 1000;
    /** The row of {@link HostWorkBenchmark}: a call's record is an object. */
    private static final String AROUND = "authenticate-route-admit-record";

    private static final double AROUND_US_MAX = 3;

    /**
     * What was measured.
     *
     * @param targets what each row may allocate, and what all may take that a host does around a call
     */
    public record PartsResult(List<Row> rows, List<Target> targets) {}

    private PartsBench() {}

    /**
     * Measures all parts.
     *
     * @param guests the folder with the components
     * @param progress is told what happens, a line at a time
     */
    public static PartsResult run(Path guests, boolean quick, Consumer<String> progress) throws RunnerException {
        List<RunResult> results = new ArrayList<>();
        progress.accept("all parts on one thread");
        results.addAll(new Runner(options(guests, quick, 1)).run());
        progress.accept("what threads share on two");
        results.addAll(new Runner(options(guests, quick, 2)).run());
        List<Row> rows = new ArrayList<>();
        List<Target> targets = new ArrayList<>();
        for (RunResult result : results) {
            Statistics ns = result.getPrimaryResult().getStatistics();
            double first =
                    rows.isEmpty() ? ns.getPercentile(50) : rows.getFirst().p50Ns();
            Row row = row(result, ns, first);
            rows.add(row);
            double operations = row.perSecond() / 1000 * iterations(quick) * ITERATION_MS;
            targets.add(
                    row.name().equals(AROUND)
                            ? Target.atMost(
                                    "authentication, routing, limits and receipt, µs",
                                    ns.getPercentile(50) / 1000,
                                    AROUND_US_MAX)
                            : Target.atMost(
                                    "bytes allocated by " + row.name(),
                                    allocated(result),
                                    NOTHING_BYTES + OWN_BYTES / operations));
        }
        return new PartsResult(rows, targets);
    }

    private static int iterations(boolean quick) {
        return quick ? 1 : 10;
    }

    private static Options options(Path guests, boolean quick, int threads) {
        OptionsBuilder options = new OptionsBuilder();
        options.jvmArgs(ChildProcess.javaOptions().toArray(String[]::new))
                // JMH reads fields by sun.misc.Unsafe, which JDK 25 warns of.
                .jvmArgsAppend("-D" + HostState.GUESTS_PROPERTY + "=" + guests, "--sun-misc-unsafe-memory-access=allow")
                .mode(Mode.AverageTime)
                .timeUnit(TimeUnit.NANOSECONDS)
                .forks(1)
                .threads(threads)
                .warmupIterations(quick ? 2 : 5)
                .warmupTime(TimeValue.milliseconds(quick ? 400 : ITERATION_MS))
                .measurementIterations(iterations(quick))
                .measurementTime(TimeValue.milliseconds(ITERATION_MS))
                .addProfiler(GCProfiler.class)
                .shouldFailOnError(true)
                .verbosity(VerboseMode.SILENT);
        if (threads == 1) {
            options.include(PartsBench.class.getPackageName() + "\\..*");
        } else {
            options.include("beginDone").include("tableAcquireRelease").include("slotTakeRelease");
        }
        return options.build();
    }

    /** Percentiles are those of the iterations' averages: a part is too short to time by itself. */
    private static Row row(RunResult result, Statistics ns, double firstP50) {
        return new Row(
                name(
                        result.getParams().getBenchmark(),
                        result.getParams().getParam("bytes"),
                        result.getParams().getThreads()),
                Math.round(ns.getPercentile(50)),
                Math.round(ns.getPercentile(90)),
                Math.round(ns.getPercentile(99)),
                Math.round(ns.getPercentile(99.9)),
                Math.round(ns.getPercentile(99.99)),
                ns.getMean(),
                result.getParams().getThreads() * 1e9 / ns.getMean(),
                ns.getPercentile(50) / firstP50);
    }

    /** {@code buffer-copy-in-4096}, {@code begin-done-2-threads}. */
    static String name(String benchmark, @Nullable String bytes, int threads) {
        String method = benchmark.substring(benchmark.lastIndexOf('.') + 1);
        String name = method.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
        return name + (bytes == null ? "" : "-" + bytes) + (threads == 1 ? "" : "-" + threads + "-threads");
    }

    @SuppressWarnings("rawtypes") // JMH says Result
    private static double allocated(RunResult result) {
        return result.getSecondaryResults().entrySet().stream()
                .filter(entry -> entry.getKey().endsWith(ALLOCATED))
                .mapToDouble(entry -> entry.getValue().getScore())
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(
                        "JMH did not say what " + result.getParams().getBenchmark() + " allocates"));
    }
}
