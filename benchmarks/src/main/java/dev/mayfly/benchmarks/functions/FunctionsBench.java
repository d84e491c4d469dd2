package dev.mayfly.benchmarks.functions;

import dev.mayfly.benchmarks.measure.ChildProcess;
import dev.mayfly.benchmarks.measure.Sample;
import dev.mayfly.benchmarks.report.Row;
import dev.mayfly.benchmarks.report.Target;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Consumer;

/** The rows of {@code bench functions}. */
public final class FunctionsBench {
    private static final Duration SILENCE_MAX = Duration.ofMinutes(45);
    private static final String EVENLY = "evenly-over-";
    private static final String PAGE = "list-page-of-1000";
    private static final String FIRST = "first-call";
    private static final String SECOND = "second-call";
    /** Before the names of the rows of a host with more functions than can be loaded. */
    private static final String MANY = "of-100000-";

    /** By how much a call may cost more than one of a single function. */
    private static final Map<Integer, Double> RATIOS_MAX = Map.of(100, 1.2, 1_000, 2.5, 10_000, 3.0);

    /**
     * How much to measure.
     *
     * @param functions how many there are
     * @param many how many there are in the end; 0 = that isn't measured
     * @param rounds how often each row gets its turn
     * @param turn how long that is
     */
    public record Plan(int functions, int many, int rounds, Duration turn) {
        public static final Plan QUICK = new Plan(1_000, 0, 4, Duration.ofMillis(400));
        public static final Plan FULL = new Plan(10_000, 100_000, 10, Duration.ofSeconds(1));

        /** Of many: more than can be loaded at once. */
        private static final int CALLED_OF_MANY = 25_000;
    }

    /** What came out of it. */
    public record Result(List<Row> rows, List<Target> targets) {}

    private final Path guests;
    private final Plan plan;
    private final Consumer<String> progress;
    private final SequencedMap<String, Sample> samples = new LinkedHashMap<>();
    private final Map<String, Double> figures = new HashMap<>();

    private FunctionsBench(Path guests, Plan plan, Consumer<String> progress) {
        this.guests = guests;
        this.plan = plan;
        this.progress = progress;
    }

    /**
     * Measures all of it in processes of their own.
     *
     * @param guests the folder with the guests, where they also keep their data
     * @param progress is told what happens, a line at a time
     */
    public static Result run(Path guests, Plan plan, Consumer<String> progress) throws IOException {
        FunctionsBench bench = new FunctionsBench(guests, plan, progress);
        bench.measure("", plan.functions(), plan.functions(), plan.rounds());
        if (plan.many() > 0) {
            bench.measure(MANY, plan.many(), Plan.CALLED_OF_MANY, 0);
        }
        List<Row> rows = Row.byLatency(bench.samples);
        return new Result(rows, targets(rows, bench.figures));
    }

    private void measure(String prefix, int functions, int called, int rounds) throws IOException {
        // A deployed function takes 4 KB of heap, one that was called 5 more.
        String heap = functions > 10_000 ? "2g" : "512m";
        List<String> command = ChildProcess.java(ChildProcess.fixedHeap(heap));
        command.addAll(List.of(
                FunctionsMain.class.getName(),
                guests.toString(),
                Integer.toString(functions),
                Integer.toString(called),
                Integer.toString(rounds),
                Long.toString(plan.turn().toMillis())));
        progress.accept("deploying " + functions + " functions");
        try (ChildProcess child = ChildProcess.start("functions", command)) {
            while (!samples.containsKey(prefix + PAGE)) {
                String[] words = child.hear(SILENCE_MAX).split(" ", 3);
                progress.accept("measured " + words[1]);
                if (words[0].equals("row")) {
                    samples.put(prefix + words[1], Sample.decode(words[2]));
                } else {
                    figures.put(prefix + words[1], Double.parseDouble(words[2]));
                }
            }
        }
    }

    private static List<Target> targets(List<Row> rows, Map<String, Double> figures) {
        List<Target> targets = new ArrayList<>();
        RATIOS_MAX.entrySet().stream().sorted(Map.Entry.comparingByKey()).forEach(ratio -> {
            String name = EVENLY + ratio.getKey();
            if (rows.stream().anyMatch(row -> row.name().equals(name))) {
                targets.add(Target.atMost(
                        "median with calls spread over " + ratio.getKey() + ", over that with one",
                        Row.named(rows, name).ratio(),
                        ratio.getValue()));
            }
        });
        targets.add(Target.atMost(
                "resident KiB of a function that is loaded and idle",
                figures.getOrDefault("resident-bytes-per-function", 0.0) / 1024,
                50));
        targets.add(Target.atMost(
                "what a call costs more that finds its function not loaded, median, µs",
                (Row.named(rows, FIRST).p50Ns() - Row.named(rows, EVENLY + 1).p50Ns()) / 1e3,
                200));
        targets.add(Target.atMost(
                "a page of the list, median, ms", Row.named(rows, PAGE).p50Ns() / 1e6, 50));
        targets.add(
                Target.atMost("start of a host with all of them, s", figures.getOrDefault("start-ms", 0.0) / 1e3, 3));
        if (figures.containsKey(MANY + "start-ms")) {
            addOfMany(targets, rows, figures);
        }
        return targets;
    }

    private static void addOfMany(List<Target> targets, List<Row> rows, Map<String, Double> figures) {
        targets.add(Target.atMost(
                "of 100,000: what a call costs more that finds its function not loaded, median, µs",
                (Row.named(rows, MANY + FIRST).p50Ns()
                                - Row.named(rows, MANY + SECOND).p50Ns())
                        / 1e3,
                200));
        targets.add(Target.atMost(
                "of 100,000: most memory mappings, percent of those the kernel allows",
                figures.getOrDefault(MANY + "mappings-percent", 0.0),
                100));
        targets.add(Target.atMost(
                "of 100,000: most open files, percent of those the kernel allows",
                figures.getOrDefault(MANY + "files-percent", 0.0),
                100));
        targets.add(Target.atMost(
                "of 100,000: a page of the list, median, ms",
                Row.named(rows, MANY + PAGE).p50Ns() / 1e6,
                50));
        // As long for each as with 10,000.
        targets.add(Target.atMost(
                "of 100,000: start of a host with all of them, s",
                figures.getOrDefault(MANY + "start-ms", 0.0) / 1e3,
                30));
    }
}
