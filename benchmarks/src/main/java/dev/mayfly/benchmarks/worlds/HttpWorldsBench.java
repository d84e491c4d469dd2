package dev.mayfly.benchmarks.worlds;

import dev.mayfly.benchmarks.http.EchoServerMain;
import dev.mayfly.benchmarks.http.Wrk;
import dev.mayfly.benchmarks.measure.Sample;
import dev.mayfly.benchmarks.measure.ServerProcess;
import dev.mayfly.benchmarks.report.Row;
import dev.mayfly.benchmarks.report.Target;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Consumer;

/** The rows of {@code bench worlds} over HTTP: one component, on Mayfly and on {@code wasmtime serve}, in turn under the same load. */
public final class HttpWorldsBench {
    static final String MAYFLY = "http-mayfly-hello";
    static final String WASMTIME = "http-wasmtime-serve-hello";

    /**
     * How long to measure.
     *
     * @param warmUp of Mayfly's server, before all rounds; whole seconds. The other one is native code
     * @param rounds how often each gets its turn
     * @param turn how long that is; whole seconds
     */
    public record Plan(Duration warmUp, int rounds, Duration turn) {
        public static final Plan QUICK = new Plan(Duration.ofSeconds(3), 3, Duration.ofSeconds(1));
        public static final Plan FULL = new Plan(Duration.ofSeconds(10), 6, Duration.ofSeconds(10));
    }

    private HttpWorldsBench() {}

    /** Whether the load generator is there. */
    public static boolean canRun() {
        return Wrk.isInstalled();
    }

    /**
     * The program {@code wasmtime}, which is built when it isn't there.
     *
     * @param home the project's folder
     */
    public static Path wasmtime(Path home) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        home.resolve("tools/wasmtime-cli.sh").toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            String path = out.readLine();
            if (process.waitFor() != 0 || path == null) {
                throw new IOException("there is no wasmtime to compare with");
            }
            return Path.of(path);
        }
    }

    /**
     * Measures both.
     *
     * @param guests where the function is
     * @param data an empty folder
     * @param progress is told what happens, a line at a time
     */
    public static WorldsBench.Result run(Path wasmtime, Path guests, Path data, Plan plan, Consumer<String> progress)
            throws IOException {
        Path component = guests.resolve("wasi/http.wasm");
        SequencedMap<String, Sample> samples = new LinkedHashMap<>();
        long errors = 0;
        try (Wrk wrk = Wrk.open();
                // Side by side: a JVM starts while wasmtime compiles.
                ServerProcess mayfly = ServerProcess.start(
                        "mayfly", EchoServerMain.class, List.of("mayfly", component.toString(), data.toString()));
                WasmtimeServe serve = WasmtimeServe.start(wasmtime, component)) {
            SequencedMap<String, URI> servers = new LinkedHashMap<>();
            servers.put(MAYFLY, URI.create(mayfly.address() + "/"));
            servers.put(WASMTIME, serve.uri());
            progress.accept("warming up " + MAYFLY);
            wrk.get(URI.create(mayfly.address() + "/"), plan.warmUp);
            for (int round = 1; round <= plan.rounds; round++) {
                progress.accept(String.join(", ", servers.keySet()) + ": round " + round + " of " + plan.rounds);
                for (Map.Entry<String, URI> server : servers.entrySet()) {
                    Wrk.Result result = wrk.get(server.getValue(), plan.turn);
                    samples.computeIfAbsent(server.getKey(), row -> new Sample())
                            .add(result.sample());
                    errors += result.errors();
                }
            }
        }
        List<Row> rows = Row.byThroughput(samples);
        Row mayfly = Row.named(rows, MAYFLY);
        Row serve = Row.named(rows, WASMTIME);
        return new WorldsBench.Result(
                rows,
                List.of(
                        Target.atLeast(
                                "hello for wasi:http over HTTP, requests per second over wasmtime serve's",
                                mayfly.perSecond() / serve.perSecond(),
                                3),
                        Target.atMost("its p99 over wasmtime serve's", (double) mayfly.p99Ns() / serve.p99Ns(), 1),
                        Target.atMost("errors", (double) errors, 0)));
    }
}
