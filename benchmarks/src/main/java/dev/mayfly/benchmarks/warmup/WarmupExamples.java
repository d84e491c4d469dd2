package dev.mayfly.benchmarks.warmup;

import dev.mayfly.benchmarks.measure.Rounds;
import dev.mayfly.benchmarks.measure.Sample;
import dev.mayfly.benchmarks.measure.Workload;
import dev.mayfly.benchmarks.report.Row;
import dev.mayfly.host.Mayfly;
import dev.mayfly.host.Request;
import dev.mayfly.snapshots.SnapshotRecord;
import dev.mayfly.snapshots.Uniqueness;
import dev.mayfly.snapshots.Warmup;
import dev.mayfly.snapshots.WarmupRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.function.Consumer;

/** What warming up does for the examples that are slow to begin: {@code bench warmup --examples}. */
public final class WarmupExamples {
    private static final String COLD = "cold";
    private static final String WARMED = "warmed";

    /**
     * A function to be warmed up as its manifest has it.
     *
     * @param name what its row is called
     * @param component its file, without the ending
     * @param path what is called, and warms it up; with its query
     */
    private record Example(String name, String component, String path, Uniqueness.Policy uniqueness) {
        Path component(Path folder) {
            return folder.resolve(component + ".wasm");
        }

        Request request() {
            String[] parts = path.split("\\?", 2);
            return parts.length == 1 ? Request.get(path) : Request.get(parts[0]).withQuery(parts[1]);
        }
    }

    private static final List<Example> ALL = List.of(
            new Example("js-render", "js-render", "/shelf-3", Uniqueness.Policy.REFUSE),
            // What JavaScript costs a function that does next to nothing.
            new Example("js-health", "js-render", "/health", Uniqueness.Policy.REFUSE),
            new Example("py-score", "py-score", "/score", Uniqueness.Policy.WARN),
            new Example(
                    "rules-java",
                    "rules-java",
                    "/price?country=de&postcode=80331&service=express&grams=800",
                    Uniqueness.Policy.REFUSE),
            new Example("go-reactor", "go-reactor", "/", Uniqueness.Policy.WARN));

    private WarmupExamples() {}

    /** Those that are not built. */
    public static List<Path> missing(Path components) {
        return ALL.stream()
                .map(example -> example.component(components))
                .filter(component -> !Files.isRegularFile(component))
                .toList();
    }

    /**
     * Measures each, in a host of its own.
     *
     * @param components the folder that they are built into
     * @param folder for the hosts' data
     * @return a line each, below one with what they say
     */
    public static List<String> run(Path components, Path folder, Rounds rounds, Consumer<String> progress)
            throws Exception {
        List<String> lines = new ArrayList<>();
        lines.add("example     cold fresh  warmed fresh   ratio   snapshot  component   built in");
        for (Example example : ALL) {
            lines.add(line(example, example.component(components), folder.resolve(example.name()), rounds, progress));
        }
        return lines;
    }

    private static String line(Example example, Path component, Path folder, Rounds rounds, Consumer<String> progress)
            throws Exception {
        WarmupRequest usual = WarmupRequest.DEFAULT;
        WarmupRequest request =
                new WarmupRequest(usual.method(), example.path(), usual.headers(), usual.body(), usual.expect());
        try (Mayfly mayfly = Mayfly.builder().dataFolder(folder).build()) {
            WarmupBench.deploy(mayfly, COLD, component, null);
            WarmupBench.deploy(
                    mayfly,
                    WARMED,
                    component,
                    new Warmup(List.of(request), Warmup.Trigger.PUBLISH, Duration.ZERO, example.uniqueness(), false));
            SnapshotRecord snapshot = WarmupBench.snapshot(mayfly, WARMED);
            progress.accept(example.name() + " has its snapshot");
            SequencedMap<String, Workload> workloads = new LinkedHashMap<>();
            Request call = example.request();
            for (String name : List.of(WARMED, COLD)) {
                workloads.put(name, () -> WarmupBench.call(mayfly, name, call));
            }
            SequencedMap<String, Sample> samples = rounds.run(workloads, progress);
            List<Row> rows = Row.byLatency(samples);
            long coldNs = Row.named(rows, COLD).p50Ns();
            long warmedNs = Row.named(rows, WARMED).p50Ns();
            return String.format(
                    Locale.ROOT,
                    "%-10s %8.2f ms %10.1f µs %7.1f %6.1f MiB %6.1f MiB %8.1f s",
                    example.name(),
                    coldNs / 1e6,
                    warmedNs / 1e3,
                    coldNs / (double) warmedNs,
                    snapshot.imageBytes() / 1048576.0,
                    Files.size(component) / 1048576.0,
                    snapshot.buildMs() / 1e3);
        }
    }
}
