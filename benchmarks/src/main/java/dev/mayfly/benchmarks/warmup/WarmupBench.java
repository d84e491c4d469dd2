package dev.mayfly.benchmarks.warmup;

import dev.mayfly.benchmarks.measure.Rounds;
import dev.mayfly.benchmarks.measure.Sample;
import dev.mayfly.benchmarks.measure.Workload;
import dev.mayfly.benchmarks.report.Row;
import dev.mayfly.benchmarks.report.Target;
import dev.mayfly.host.Mayfly;
import dev.mayfly.host.Request;
import dev.mayfly.host.Response;
import dev.mayfly.snapshots.SnapshotRecord;
import dev.mayfly.snapshots.Warmup;
import dev.mayfly.snapshots.WarmupRequest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The rows of {@code bench warmup}. */
public final class WarmupBench {
    private static final String PLAIN = "without-init";
    private static final String WARMED = "warmed";
    private static final String BUILDING = "warmed-while-building";
    private static final String BUILT = "built";
    private static final String COLD = "cold";
    private static final Duration BUILD_TIME_MAX = Duration.ofMinutes(2);

    /**
     * What is measured.
     *
     * @param component the function
     * @param slow a path whose first request initializes it
     * @param plain one that is answered the same without
     */
    public record Subject(Path component, String slow, String plain) {}

    /** What came out of it. */
    public record Result(List<Row> rows, List<Target> targets) {}

    private WarmupBench() {}

    /**
     * Measures all rows in this process.
     *
     * @param folder for the host's data
     * @param progress is told what happens, a line at a time
     */
    public static Result run(Subject subject, Path folder, Rounds rounds, Consumer<String> progress) throws Exception {
        try (Mayfly mayfly = Mayfly.builder().dataFolder(folder).build()) {
            deploy(mayfly, COLD, subject.component(), null);
            WarmupRequest usual = WarmupRequest.DEFAULT;
            WarmupRequest request =
                    new WarmupRequest(usual.method(), subject.slow(), usual.headers(), usual.body(), usual.expect());
            deploy(
                    mayfly,
                    WARMED,
                    subject.component(),
                    new Warmup(List.of(request), Warmup.Trigger.PUBLISH, Duration.ZERO));
            SnapshotRecord snapshot = snapshot(mayfly, WARMED);
            progress.accept(String.format(
                    Locale.ROOT,
                    "the snapshot has %.1f MiB, the component %.1f KiB; it took %d ms to build",
                    snapshot.imageBytes() / 1048576.0,
                    Files.size(subject.component()) / 1024.0,
                    snapshot.buildMs()));
            SequencedMap<String, Workload> light = new LinkedHashMap<>();
            light.put(PLAIN, () -> call(mayfly, COLD, Request.get(subject.plain())));
            light.put(WARMED, () -> call(mayfly, WARMED, Request.get(subject.slow())));
            deploy(
                    mayfly,
                    BUILT,
                    subject.component(),
                    new Warmup(List.of(request), Warmup.Trigger.PUBLISH, Duration.ofDays(1)));
            snapshot(mayfly, BUILT);
            light.put(
                    BUILDING,
                    new WhileBuilding(() -> call(mayfly, WARMED, Request.get(subject.slow())), mayfly, BUILT));
            SequencedMap<String, Sample> samples = rounds.run(light, progress);
            // Behind the others, as the memory that it writes is then to be given back by calls that write little.
            SequencedMap<String, Workload> heavy = new LinkedHashMap<>();
            heavy.put(COLD, () -> call(mayfly, COLD, Request.get(subject.slow())));
            samples.putAll(rounds.run(heavy, progress));
            List<Row> rows = Row.byLatency(samples);
            return new Result(rows, targets(rows, snapshot));
        }
    }

    static void deploy(Mayfly mayfly, String name, Path component, @Nullable Warmup warmup) throws IOException {
        try (InputStream bytes = Files.newInputStream(component)) {
            mayfly.deploy(name, bytes, Mayfly.Settings.NONE.withWarmup(warmup));
        }
    }

    static SnapshotRecord snapshot(Mayfly mayfly, String name) throws InterruptedException {
        long deadlineNs = System.nanoTime() + BUILD_TIME_MAX.toNanos();
        while (System.nanoTime() < deadlineNs) {
            SnapshotRecord record = mayfly.snapshot(name);
            if (record != null && record.image() != null) {
                return record;
            }
            if (record != null) {
                throw new IllegalStateException("no snapshot: " + String.join("; ", record.causes()));
            }
            Thread.sleep(5);
        }
        throw new IllegalStateException("no snapshot within " + BUILD_TIME_MAX.toSeconds() + " s");
    }

    static void call(Mayfly mayfly, String name, Request request) {
        Response response = mayfly.invoke(name, request);
        if (response.status() != 200) {
            throw new IllegalStateException(name + request.path() + " answered with " + response.status());
        }
    }

    private static List<Target> targets(List<Row> rows, SnapshotRecord snapshot) {
        Row warmed = Row.named(rows, WARMED);
        Row building = Row.named(rows, BUILDING);
        Row cold = Row.named(rows, COLD);
        return List.of(
                Target.atMost("warmed call, median, over one without init", warmed.ratio(), 1.05),
                Target.atLeast(
                        "the cold call's median over the warmed one's", cold.p50Ns() / (double) warmed.p50Ns(), 1_000),
                Target.atLeast("a cold call, ms", cold.p50Ns() / 1e6, 50),
                Target.atMost(
                        "p99 of warmed calls while snapshots are built, over without",
                        building.p99Ns() / (double) warmed.p99Ns(),
                        1.3),
                Target.atMost("building the snapshot, s", snapshot.buildMs() / 1e3, 0.5));
    }
}
