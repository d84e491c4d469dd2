package dev.mayfly.benchmarks.worlds;

import dev.mayfly.benchmarks.measure.Rounds;
import dev.mayfly.benchmarks.measure.Sample;
import dev.mayfly.benchmarks.measure.Workload;
import dev.mayfly.benchmarks.report.Row;
import dev.mayfly.benchmarks.report.Target;
import dev.mayfly.host.Mayfly;
import dev.mayfly.host.Request;
import dev.mayfly.host.Response;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The rows of {@code bench worlds}. */
public final class WorldsBench {
    private static final String HELLO = "mayfly-hello";
    private static final String WASI_HELLO = "wasi-http-hello";
    private static final String ECHO = "mayfly-echo";
    private static final String MOMENTO_ECHO = "momento-echo";

    private static final byte[] BODY = "x".repeat(64).getBytes(StandardCharsets.US_ASCII);

    /** What is called, by the names of the rows; files as {@code tools/guests.sh} builds them. */
    private static final List<Subject> SUBJECTS = List.of(
            new Subject(HELLO, "hello.wasm", () -> Request.get("/")),
            new Subject(WASI_HELLO, "wasi/http.wasm", () -> Request.get("/")),
            new Subject("wasi-http-wstd-hello", "wasi/http-wstd.wasm", () -> Request.get("/")),
            new Subject(ECHO, "probe.wasm", () -> Request.post("/echo", BODY)),
            new Subject(MOMENTO_ECHO, "momento/echo.wasm", () -> Request.post("/", BODY)));

    private record Subject(String name, String file, Supplier<Request> request) {}

    /** What came out of it. */
    public record Result(List<Row> rows, List<Target> targets) {}

    private WorldsBench() {}

    /** The functions that are measured. */
    public static List<Path> components(Path guests) {
        return SUBJECTS.stream().map(subject -> guests.resolve(subject.file())).toList();
    }

    /**
     * Measures all rows in this process.
     *
     * @param guests where the functions are
     * @param folder for the host's data
     * @param progress is told what happens, a line at a time
     */
    public static Result run(Path guests, Path folder, Rounds rounds, Consumer<String> progress) throws Exception {
        try (Mayfly mayfly = Mayfly.builder().dataFolder(folder).build()) {
            SequencedMap<String, Workload> workloads = new LinkedHashMap<>();
            for (Subject subject : SUBJECTS) {
                try (InputStream component = Files.newInputStream(guests.resolve(subject.file()))) {
                    mayfly.deploy(subject.name(), component, Mayfly.Settings.NONE);
                }
                workloads.put(subject.name(), () -> call(mayfly, subject));
            }
            SequencedMap<String, Sample> samples = rounds.run(workloads, progress);
            List<Row> rows = Row.byLatency(samples);
            return new Result(rows, targets(rows));
        }
    }

    private static void call(Mayfly mayfly, Subject subject) {
        Response response = mayfly.invoke(subject.name(), subject.request().get());
        if (response.status() != 200) {
            throw new IllegalStateException(subject.name() + " answered with " + response.status());
        }
    }

    private static List<Target> targets(List<Row> rows) {
        double momento = Row.named(rows, MOMENTO_ECHO).p50Ns();
        return List.of(
                Target.atMost(
                        "hello for wasi:http, median, over the one for mayfly:function",
                        Row.named(rows, WASI_HELLO).ratio(),
                        4),
                Target.atMost(
                        "echo for Momento, median, over the one for mayfly:function",
                        momento / Row.named(rows, ECHO).p50Ns(),
                        2));
    }
}
