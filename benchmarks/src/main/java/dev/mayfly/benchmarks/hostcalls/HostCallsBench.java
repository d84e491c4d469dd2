package dev.mayfly.benchmarks.hostcalls;

import dev.mayfly.benchmarks.http.Wrk;
import dev.mayfly.benchmarks.measure.ChildProcess;
import dev.mayfly.benchmarks.measure.Median;
import dev.mayfly.benchmarks.measure.Sample;
import dev.mayfly.benchmarks.measure.ServerProcess;
import dev.mayfly.benchmarks.measure.Worker;
import dev.mayfly.benchmarks.report.Row;
import dev.mayfly.benchmarks.report.Target;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Consumer;

/** The rows of {@code bench host-calls}. */
public final class HostCallsBench {
    /**
     * How long to measure.
     *
     * @param warmUp of each row, before all rounds
     * @param rounds how often each row gets its turn
     * @param turn how long that is: short, so that what else the machine does hits all rows of a kind alike
     * @param upstreamRounds how often plain Java and functions call an upstream in turn
     * @param pipeRounds how often each gets its turn where large bodies are passed on
     * @param pipeTurn how long it is there; whole seconds
     * @param crowdWarmUp of the host that the crowd is on
     * @param waves of calls that wait
     */
    public record Plan(
            Duration warmUp,
            int rounds,
            Duration turn,
            int upstreamRounds,
            int pipeRounds,
            Duration pipeTurn,
            Duration crowdWarmUp,
            int waves) {
        public static final Plan QUICK = new Plan(
                Duration.ofMillis(250),
                2,
                Duration.ofMillis(100),
                7,
                1,
                Duration.ofSeconds(1),
                Duration.ofSeconds(5),
                1);
        public static final Plan FULL = new Plan(
                Duration.ofSeconds(5),
                50,
                Duration.ofMillis(100),
                31,
                6,
                Duration.ofSeconds(5),
                Duration.ofSeconds(15),
                8);
    }

    /**
     * What was measured.
     *
     * @param failures calls that failed or were never answered
     */
    public record Result(List<Row> rows, List<Target> targets, long failures) {}

    static final String PIPE_JAVA = "pipe-java";
    static final String PIPE_FUNCTION = "pipe-function";
    static final String ECHO_ALONE = "echo-1000-a-second";
    static final String ECHO_WAITING = "echo-while-10000-wait";
    static final String ECHO_BESIDE = "echo-while-10000-arrive";
    static final String NOTHING_BESIDE = "nothing-while-10000-arrive";
    static final String WAITING = "waiting-10000";
    static final String WAITING_OPENING = "opening-10000";

    private static final int SEQUENTIAL_CALLS = 1_000;

    /** Both call what takes the JVM tens of thousands of calls to compile, and an upstream that has to be warm as well. */
    private static final int UPSTREAM_WARM_UPS = 5;

    private static final String CROWD_HEAP = "1g";
    /** G1 pauses 100 to 280 ms for what 10,000 calls in flight keep, and every other call waits for it. */
    private static final String WITHOUT_PAUSES = "-XX:+UseZGC";

    private static final Duration STARTING_TIME_MAX = Duration.ofSeconds(60);

    private final Path guests;
    private final Plan plan;
    private final Consumer<String> progress;
    private final List<Row> rows = new ArrayList<>();
    private final List<Target> targets = new ArrayList<>();
    private long failures;

    private HostCallsBench(Path guests, Plan plan, Consumer<String> progress) {
        this.guests = guests;
        this.plan = plan;
        this.progress = progress;
    }

    /** Whether the load generator is there. */
    public static boolean canRun() {
        return Wrk.isInstalled();
    }

    /**
     * Measures all rows.
     *
     * @param guests the folder with the components
     * @param progress is told what happens, a line at a time
     */
    public static Result run(Path guests, Plan plan, Consumer<String> progress) throws Exception {
        HostCallsBench bench = new HostCallsBench(guests, plan, progress);
        try (Upstream upstream = Upstream.start()) {
            bench.calls(upstream);
            bench.pipes(upstream);
        }
        bench.crowd();
        bench.targets.add(Target.atMost("calls that failed", (double) bench.failures, 0));
        return new Result(bench.rows, bench.targets, bench.failures);
    }

    private Row row(String name) {
        return Row.named(rows, name);
    }

    private void calls(Upstream upstream) throws IOException {
        List<List<String>> groups = List.of(
                List.of(HostCallsContender.KV_GET_0, HostCallsContender.KV_GET_1, HostCallsContender.KV_GET_100),
                List.of(
                        HostCallsContender.CUSTOM_CALL_0,
                        HostCallsContender.CUSTOM_CALL_1,
                        HostCallsContender.CUSTOM_CALL_100),
                List.of(
                        HostCallsContender.ECHO_4K,
                        HostCallsContender.BUFFER_READ_1,
                        HostCallsContender.BUFFER_READ_100));
        try (Worker worker = Worker.startJava(
                "host-calls", guests, "-D" + HostCallsContender.ORIGIN_PROPERTY + "=" + upstream.origin())) {
            for (List<String> group : groups) {
                for (String name : group) {
                    progress.accept("warming up " + name);
                    worker.run(name, 1, plan.warmUp);
                }
                SequencedMap<String, Sample> samples = new LinkedHashMap<>();
                for (int round = 1; round <= plan.rounds; round++) {
                    for (String name : group) {
                        samples.computeIfAbsent(name, row -> new Sample()).add(worker.run(name, 1, plan.turn));
                    }
                }
                rows.addAll(Row.byLatency(samples));
            }
            sequence(worker, upstream);
            upstreamCalls(worker);
        }
        String kv = HostCallsContender.KV_GET_1;
        targets.add(Target.atMost(
                "get of a 64-byte value, the first one, µs", difference(kv, HostCallsContender.KV_GET_0, 1), 1.5));
        targets.add(
                Target.atMost("the same, of 100 in a row, µs", difference(HostCallsContender.KV_GET_100, kv, 99), 1.5));
        targets.add(Target.atMost(
                "read of 4 KiB of a buffer, of 100 in a row, µs",
                difference(HostCallsContender.BUFFER_READ_100, HostCallsContender.BUFFER_READ_1, 99),
                0.25));
    }

    /** Of calls one after the other, over a pool that has no connection yet. */
    private void sequence(Worker worker, Upstream upstream) throws IOException {
        progress.accept(SEQUENTIAL_CALLS + " calls one after the other");
        int connections = upstream.connections();
        for (long calls = 0; calls < SEQUENTIAL_CALLS; ) {
            calls += worker.run(HostCallsContender.UPSTREAM_FUNCTION, 1, plan.warmUp)
                    .calls();
        }
        targets.add(Target.atMost(
                "connections opened by " + SEQUENTIAL_CALLS + " sequential calls and more",
                upstream.connections() - connections,
                HostCallsContender.POOL_SIZE));
    }

    /**
     * Plain Java and functions call the same upstream in turns of a moment each, the next round the other way round. The ratio is that of the median
     * round: what else the machine does in a round, it does to both.
     */
    private void upstreamCalls(Worker worker) throws IOException {
        // A function calls all that a binding's row does, and warms it up.
        for (int i = 0; i < UPSTREAM_WARM_UPS; i++) {
            for (String name : List.of(HostCallsContender.UPSTREAM_JAVA, HostCallsContender.UPSTREAM_FUNCTION)) {
                progress.accept("warming up " + name);
                worker.run(name, 1, plan.warmUp);
            }
        }
        List<String> names = List.of(
                HostCallsContender.UPSTREAM_JAVA,
                HostCallsContender.UPSTREAM_BINDING,
                HostCallsContender.UPSTREAM_FUNCTION);
        SequencedMap<String, Sample> samples = new LinkedHashMap<>();
        double[] ratios = new double[plan.upstreamRounds];
        for (int round = 0; round < plan.upstreamRounds; round++) {
            double plainNs = 1;
            double functionNs = 1;
            for (String name : round % 2 == 0 ? names : names.reversed()) {
                Sample turn = worker.run(name, 1, plan.turn);
                samples.computeIfAbsent(name, row -> new Sample()).add(turn);
                switch (name) {
                    case HostCallsContender.UPSTREAM_JAVA -> plainNs = turn.percentile(50);
                    case HostCallsContender.UPSTREAM_FUNCTION -> functionNs = turn.percentile(50);
                    default -> {}
                }
            }
            ratios[round] = functionNs / plainNs;
        }
        rows.addAll(Row.byLatency(samples));
        targets.add(Target.atMost(
                "upstream call, median, over plain Java's, in the median round", Median.of(ratios), 1.15));
    }

    /** What one of {@code count} calls takes, by which {@code more} makes more than {@code less}, in µs. */
    private double difference(String more, String less, int count) {
        return (row(more).p50Ns() - row(less).p50Ns()) / 1e3 / count;
    }

    private void pipes(Upstream upstream) throws IOException {
        Path data = Files.createDirectory(guests.resolve("data"));
        try (Wrk wrk = Wrk.open();
                ServerProcess java = pipe(List.of(PipeMain.JAVA, upstream.origin()));
                ServerProcess function = pipe(List.of(
                        PipeMain.FUNCTION,
                        upstream.origin(),
                        guests.resolve("fetch.component.wasm").toString(),
                        data.toString()))) {
            SequencedMap<String, URI> servers = new LinkedHashMap<>();
            servers.put(PIPE_JAVA, URI.create(java.address() + UpstreamMain.LARGE));
            servers.put(PIPE_FUNCTION, URI.create(function.address()));
            for (Map.Entry<String, URI> server : servers.entrySet()) {
                progress.accept("warming up " + server.getKey());
                wrk.run(server.getValue(), plan.pipeTurn);
            }
            SequencedMap<String, Sample> samples = new LinkedHashMap<>();
            for (int round = 1; round <= plan.pipeRounds; round++) {
                for (Map.Entry<String, URI> server : servers.entrySet()) {
                    Wrk.Result result = wrk.run(server.getValue(), plan.pipeTurn);
                    samples.computeIfAbsent(server.getKey(), row -> new Sample())
                            .add(result.sample());
                    failures += result.errors();
                }
            }
            rows.addAll(Row.byThroughput(samples));
        }
        targets.add(Target.atLeast(
                "bodies of 1 MiB passed on, throughput over plain Java's",
                1 / row(PIPE_FUNCTION).ratio(),
                0.8));
    }

    private static ServerProcess pipe(List<String> arguments) throws IOException {
        return ServerProcess.start("pipe-" + arguments.getFirst(), PipeMain.class, arguments);
    }

    private void crowd() throws IOException {
        progress.accept(CrowdMain.CALLS + " calls that wait " + SlowUpstreamMain.SLOW_MS + " ms for an upstream");
        List<String> command = ChildProcess.java(ChildProcess.fixedHeap(CROWD_HEAP));
        command.add(1, WITHOUT_PAUSES);
        try (ServerProcess upstream = ServerProcess.start("slow-upstream", SlowUpstreamMain.class, List.of())) {
            command.addAll(List.of(
                    CrowdMain.class.getName(),
                    upstream.address(),
                    guests.toString(),
                    String.valueOf(plan.crowdWarmUp.toMillis()),
                    String.valueOf(plan.waves)));
            try (ChildProcess process = ChildProcess.start("crowd", command)) {
                Sample opening = Sample.decode(said(process, "opening"));
                SequencedMap<String, Sample> waiting = new LinkedHashMap<>();
                waiting.put(WAITING, Sample.decode(said(process, "crowd")));
                waiting.put(WAITING_OPENING, opening);
                rows.addAll(Row.byLatency(waiting));
                targets.add(Target.atMost(
                        CrowdMain.CALLS + " waiting calls, the slowest wave, s",
                        Long.parseLong(said(process, "slowest")) / 1e9,
                        3));
                targets.add(Target.atMost(
                        "the same when their connections are not open yet, s", opening.elapsedNs() / 1e9, 3));
                progress.accept("processor time of the host's process for each, with its generator: "
                        + Long.parseLong(said(process, "cpu")) / 1000 + " µs");
                SequencedMap<String, Sample> steady = new LinkedHashMap<>();
                steady.put(ECHO_ALONE, Sample.decode(said(process, "alone")));
                steady.put(ECHO_WAITING, Sample.decode(said(process, "waiting")));
                steady.put(ECHO_BESIDE, Sample.decode(said(process, "beside")));
                steady.put(NOTHING_BESIDE, Sample.decode(said(process, "nothing")));
                rows.addAll(Row.byLatency(steady));
                String[] factors = said(process, "factors").split(" ", -1);
                targets.add(Target.atMost(
                        "p99 of echo while they wait, over its own, in the median wave",
                        Double.parseDouble(factors[0]),
                        3));
                targets.add(Target.atMost(
                        "p99 of echo while they arrive in a second, over its own, in the median wave",
                        Double.parseDouble(factors[1]),
                        3));
                failures += Long.parseLong(said(process, "failures"));
                targets.add(Target.atMost(
                        "the host's memory meanwhile, MB", Long.parseLong(said(process, "memory")) / 1e6, 2000));
            }
        }
    }

    private String said(ChildProcess process, String what) throws IOException {
        String line = process.hear(STARTING_TIME_MAX.plusSeconds(30L * plan.waves));
        if (!line.startsWith(what + " ")) {
            throw process.failure("should say " + what + ", it said: " + line);
        }
        return line.substring(what.length() + 1);
    }
}
