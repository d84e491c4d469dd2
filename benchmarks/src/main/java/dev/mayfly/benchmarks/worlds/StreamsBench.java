package dev.mayfly.benchmarks.worlds;

import dev.mayfly.benchmarks.hostcalls.PipeMain;
import dev.mayfly.benchmarks.hostcalls.Upstream;
import dev.mayfly.benchmarks.hostcalls.UpstreamMain;
import dev.mayfly.benchmarks.measure.Answers;
import dev.mayfly.benchmarks.measure.Rounds;
import dev.mayfly.benchmarks.measure.Sample;
import dev.mayfly.benchmarks.measure.ServerProcess;
import dev.mayfly.benchmarks.measure.Workload;
import dev.mayfly.benchmarks.report.Row;
import dev.mayfly.benchmarks.report.Target;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.Consumer;

/** The rows of {@code bench worlds} that are about streams: a large body that a function passes on, and many clients of events. */
public final class StreamsBench {
    static final String PROXY_JAVA = "proxy-java";
    static final String PROXY = "proxy-wasi-http";
    static final String EVENTS = "sse-1000-clients";

    private static final int CLIENTS = 1_000;
    private static final int INTERVAL_MS = 1_000;

    private static final int PIECE_BYTES = 256 << 10;

    /**
     * How long to measure.
     *
     * @param bodies how long bodies are passed on
     * @param eventCount that each client of events gets, one a second
     */
    public record Plan(Rounds bodies, int eventCount) {
        public static final Plan QUICK = new Plan(new Rounds(Duration.ofSeconds(2), 2, Duration.ofSeconds(1)), 3);
        public static final Plan FULL = new Plan(new Rounds(Duration.ofSeconds(5), 6, Duration.ofSeconds(3)), 60);
    }

    private StreamsBench() {}

    /**
     * Measures all.
     *
     * @param guests where the functions are
     * @param data an empty folder
     * @param progress is told what happens, a line at a time
     */
    public static WorldsBench.Result run(Path guests, Path data, Plan plan, Consumer<String> progress)
            throws Exception {
        try (Upstream upstream = Upstream.start();
                ServerProcess java =
                        ServerProcess.start(PROXY_JAVA, PipeMain.class, List.of(PipeMain.JAVA, upstream.origin()));
                ServerProcess mayfly = ServerProcess.start(
                        "streams",
                        StreamsMain.class,
                        List.of(
                                upstream.origin(),
                                guests.resolve("wasi/http.wasm").toString(),
                                guests.resolve("probe.wasm").toString(),
                                data.toString()))) {
            String huge = upstream.origin() + UpstreamMain.HUGE;
            URI direct = URI.create(java.address() + UpstreamMain.HUGE);
            URI proxy = URI.create(
                    mayfly.address() + "f/proxy/proxy?url=" + URLEncoder.encode(huge, StandardCharsets.UTF_8));
            URI events =
                    URI.create(mayfly.address() + "f/events/events?ms=" + INTERVAL_MS + "&count=" + plan.eventCount);
            List<Row> rows = new ArrayList<>();
            List<Target> targets = new ArrayList<>();
            bodies(direct, proxy, mayfly, plan.bodies, progress, rows, targets);
            progress.accept(CLIENTS + " clients, each with an event a second");
            events(events, mayfly, plan.eventCount, rows, targets);
            return new WorldsBench.Result(rows, targets);
        }
    }

    private static void bodies(
            URI direct,
            URI proxy,
            ServerProcess mayfly,
            Rounds rounds,
            Consumer<String> progress,
            List<Row> rows,
            List<Target> targets)
            throws Exception {
        SequencedMap<String, Workload> workloads = new LinkedHashMap<>();
        workloads.put(PROXY_JAVA, () -> download(direct));
        workloads.put(PROXY, () -> download(proxy));
        long residentBytes = mayfly.ask(Answers.MEMORY);
        SequencedMap<String, Sample> samples = rounds.run(workloads, progress);
        long grownBytes = mayfly.ask(Answers.MEMORY_PEAK) - residentBytes;
        rows.addAll(Row.byThroughput(samples));
        targets.add(Target.atLeast(
                "bodies of 100 MB passed on by a function for wasi:http, throughput over plain Java's",
                1 / Row.named(rows, PROXY).ratio(),
                0.5));
        targets.add(Target.atMost(
                "the host's memory meanwhile, the most of it over what it had before, MB", grownBytes / 1e6, 50));
    }

    private static void download(URI uri) throws IOException {
        long bytes = 0;
        try (InputStream in = uri.toURL().openStream()) {
            byte[] piece = new byte[PIECE_BYTES];
            for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
                bytes += read;
            }
        }
        if (bytes != UpstreamMain.HUGE_BYTES) {
            throw new IOException(uri + " should have bytes=" + UpstreamMain.HUGE_BYTES + ", it had " + bytes);
        }
    }

    private static void events(URI events, ServerProcess mayfly, int count, List<Row> rows, List<Target> targets)
            throws IOException, InterruptedException {
        long cpuNs = -mayfly.ask(Answers.CPU);
        EventClients.Result result = EventClients.read(events, CLIENTS);
        cpuNs += mayfly.ask(Answers.CPU);
        SequencedMap<String, Sample> samples = new LinkedHashMap<>();
        samples.put(EVENTS, result.gaps());
        rows.addAll(Row.byLatency(samples));
        targets.add(Target.atMost(
                CLIENTS + " clients with an event a second each, events lost",
                (double) CLIENTS * count - result.received(),
                0));
        targets.add(Target.atMost(
                "processor time of the host meanwhile, cores",
                (double) cpuNs / result.gaps().elapsedNs(),
                1));
    }
}
