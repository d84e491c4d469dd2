package dev.mayfly.benchmarks.http;

import dev.mayfly.benchmarks.measure.Sample;
import dev.mayfly.benchmarks.report.Row;
import dev.mayfly.benchmarks.report.Target;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Consumer;

/** The rows of {@code bench http}, measured in turn under the same load. */
public final class HttpBench {
    static final String BARE = "bare-helidon-echo";
    static final String MAYFLY = "mayfly-echo";

    /**
     * How long to measure.
     *
     * @param warmUp of each server, before all rounds
     * @param rounds how often each gets its turn
     * @param turn how long that is; whole seconds
     */
    public record Plan(Duration warmUp, int rounds, Duration turn) {
        public static final Plan QUICK = new Plan(Duration.ofSeconds(4), 3, Duration.ofSeconds(4));
        public static final Plan FULL = new Plan(Duration.ofSeconds(10), 6, Duration.ofSeconds(10));
    }

    /**
     * What was measured.
     *
     * @param errors connections, requests and answers that failed, over all rows
     */
    public record Result(List<Row> rows, long errors) {
        /** How the rows stand to what Mayfly promises. */
        public List<Target> targets() {
            return List.of(
                    Target.atLeast(
                            "invoked echo's requests per second over the bare server's",
                            1 / Row.named(rows, MAYFLY).ratio(),
                            0.70),
                    Target.atMost("errors", (double) errors, 0));
        }
    }

    private HttpBench() {}

    /** Whether the load generator is there. */
    public static boolean canRun() {
        return Wrk.isInstalled();
    }

    /**
     * Measures both servers.
     *
     * @param echo the component
     * @param data an empty folder
     * @param progress is told what happens, a line at a time
     */
    public static Result run(Path echo, Path data, Plan plan, Consumer<String> progress) throws IOException {
        try (Wrk wrk = Wrk.open();
                EchoServer bare = EchoServer.start(List.of("bare"));
                EchoServer mayfly = EchoServer.start(List.of("mayfly", echo.toString(), data.toString()))) {
            SequencedMap<String, URI> servers = new LinkedHashMap<>();
            servers.put(BARE, bare.uri());
            servers.put(MAYFLY, mayfly.uri());
            return measure(wrk, servers, plan, progress);
        }
    }

    private static Result measure(Wrk wrk, SequencedMap<String, URI> servers, Plan plan, Consumer<String> progress)
            throws IOException {
        for (Map.Entry<String, URI> server : servers.entrySet()) {
            progress.accept("warming up " + server.getKey());
            wrk.run(server.getValue(), plan.warmUp);
        }
        SequencedMap<String, Sample> samples = new LinkedHashMap<>();
        long errors = 0;
        for (int round = 1; round <= plan.rounds; round++) {
            progress.accept("round " + round + " of " + plan.rounds);
            for (Map.Entry<String, URI> server : servers.entrySet()) {
                Wrk.Result result = wrk.run(server.getValue(), plan.turn);
                samples.computeIfAbsent(server.getKey(), row -> new Sample()).add(result.sample());
                errors += result.errors();
            }
        }
        return new Result(Row.byThroughput(samples), errors);
    }
}
