package dev.mayfly.benchmarks.deploys;

import dev.mayfly.benchmarks.inprocess.CustomSection;
import dev.mayfly.benchmarks.measure.Sample;
import dev.mayfly.benchmarks.measure.ServerProcess;
import dev.mayfly.benchmarks.report.Row;
import dev.mayfly.benchmarks.report.Target;
import dev.mayfly.client.AliasRequest;
import dev.mayfly.client.DeployOptions;
import dev.mayfly.client.MayflyClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.function.Consumer;

/** The rows of {@code bench deploys}: a host in a process of its own, called while functions are deployed and aliases move. */
public final class DeploysBench {
    static final String AT_REST = "call-at-rest";
    static final String REDEPLOYED = "call-while-redeployed";
    static final String MOVED = "call-while-moved";
    static final String DEPLOY = "deploy-to-answer";
    static final String REDEPLOY = "redeployed-to-answer";
    static final String MOVE = "move-to-answer";
    static final String MOVED_ANSWER = "moved-to-answer";

    private static final String FUNCTION = "called";
    private static final int PER_SECOND = 5_000;
    /** More than any machine does: each connection goes as fast as it can. */
    private static final int ALL_OUT_PER_SECOND = 1_000_000;

    private static final int CANARY_CALLS = 100_000;
    private static final int CANARY_PERCENT = 5;

    /**
     * How much to measure.
     *
     * @param deploys of each kind
     * @param moves of an alias
     */
    public record Plan(Duration warmUp, Duration rest, int deploys, int moves) {
        public static final Plan QUICK = new Plan(Duration.ofSeconds(4), Duration.ofSeconds(3), 8, 40);
        public static final Plan FULL = new Plan(Duration.ofSeconds(10), Duration.ofSeconds(10), 40, 400);
    }

    /**
     * What came out of it.
     *
     * @param failures requests without an answer, and answers by a version that had been replaced
     */
    public record Result(List<Row> rows, List<Target> targets, long failures) {}

    private final MayflyClient client;
    private final URI calls;
    private final byte[] component;
    private final Plan plan;
    private final Changes changes = new Changes();
    private final SequencedMap<String, Sample> samples = new LinkedHashMap<>();
    private int version;
    private long failures;
    private double canaryPercent;

    private DeploysBench(MayflyClient client, URI calls, byte[] component, Plan plan) {
        this.client = client;
        this.calls = calls;
        this.component = component;
        this.plan = plan;
    }

    /**
     * Measures all rows.
     *
     * @param component answers to {@code /config?name=version} with that setting
     * @param data a folder for the host
     * @param progress is told what happens, a line at a time
     */
    public static Result run(Path component, Path data, Plan plan, Consumer<String> progress)
            throws IOException, InterruptedException {
        try (ServerProcess host = ServerProcess.start("deploys", HostMain.class, List.of(data.toString()))) {
            String[] uris = host.address().split(" ", 2);
            String key = Files.readString(data.resolve("admin.key")).strip();
            try (MayflyClient client =
                    MayflyClient.builder(URI.create(uris[1])).key(key).build()) {
                DeploysBench bench = new DeploysBench(client, URI.create(uris[0]), Files.readAllBytes(component), plan);
                bench.measure(progress);
                return bench.result();
            }
        }
    }

    private void measure(Consumer<String> progress) throws IOException, InterruptedException {
        changes.asked(1);
        deployNext(DeployOptions.LIVE);
        changes.done();
        progress.accept("warming up");
        // As fast as it goes: at a rate, a host that isn't warm yet would leave requests that are late to those that
        // are measured.
        try (Load load = new Load(uri(FUNCTION), changes, ALL_OUT_PER_SECOND)) {
            Thread.sleep(plan.warmUp);
            load.stop();
            failures += load.failures();
        }
        try (Load load = new Load(uri(FUNCTION), changes, PER_SECOND)) {
            progress.accept("calls at rest, then while the function is redeployed");
            Thread.sleep(plan.rest);
            samples.put(AT_REST, load.sample());
            Sample redeployed = redeploys();
            samples.put(REDEPLOYED, load.sample());
            progress.accept("calls while its alias moves");
            Sample move = new Sample();
            Sample moved = new Sample();
            moves(move, moved);
            samples.put(MOVED, load.sample());
            samples.put(REDEPLOY, redeployed);
            samples.put(MOVED_ANSWER, moved);
            samples.put(MOVE, move);
            load.stop();
            failures += load.failures();
        }
        progress.accept("deploys without other calls");
        samples.put(DEPLOY, deploys());
        progress.accept("calls of a canary");
        canary();
    }

    private Sample redeploys() throws IOException, InterruptedException {
        Sample sample = new Sample();
        for (int i = 0; i < plan.deploys; i++) {
            changes.asked(version + 1);
            deployNext(DeployOptions.LIVE);
            long doneNs = System.nanoTime();
            changes.done();
            // The first answer may be there before the one to who deployed it.
            record(sample, Math.max(0, changes.awaitFirstNs() - doneNs));
        }
        return sample;
    }

    private void moves(Sample fromAsking, Sample fromDone) throws InterruptedException {
        for (int i = 0; i < plan.moves; i++) {
            int next = 1 + i % (version - 1);
            long askedNs = System.nanoTime();
            changes.asked(next);
            client.moveAlias(FUNCTION, DeployOptions.LIVE, AliasRequest.of(next));
            long doneNs = System.nanoTime();
            changes.done();
            long firstNs = changes.awaitFirstNs();
            record(fromAsking, firstNs - askedNs);
            record(fromDone, Math.max(0, firstNs - doneNs));
            // As people do: not each at the heels of the one before.
            Thread.sleep(10);
        }
    }

    /** Each under a name of its own, as a function that is new. */
    private Sample deploys() throws IOException {
        Sample sample = new Sample();
        for (int i = 0; i < plan.deploys; i++) {
            String name = "new-" + i;
            byte[] upload = component(name);
            long startNs = System.nanoTime();
            deploy(name, upload, 1, DeployOptions.LIVE);
            try (Connection connection = new Connection(uri(name))) {
                connection.ask();
            }
            record(sample, System.nanoTime() - startNs);
        }
        return sample;
    }

    private void canary() throws InterruptedException {
        client.moveAlias(
                FUNCTION,
                DeployOptions.LIVE,
                new AliasRequest(
                        List.of(
                                new dev.mayfly.client.Target(1, 100 - CANARY_PERCENT),
                                new dev.mayfly.client.Target(2, CANARY_PERCENT)),
                        null,
                        null));
        Changes either = new Changes();
        either.asked(1);
        either.asked(2);
        try (Load load = new Load(uri(FUNCTION), either, ALL_OUT_PER_SECOND)) {
            while (load.answers() < CANARY_CALLS) {
                Thread.sleep(50);
            }
            load.stop();
            canaryPercent = 100.0 * load.answers(2) / load.answers();
            failures += load.failures() + either.stale();
        }
    }

    private Result result() {
        failures += changes.stale();
        List<Row> rows = Row.byLatency(samples);
        return new Result(
                rows,
                List.of(
                        Target.atMost(
                                "requests that failed, or were answered by a replaced version", (double) failures, 0),
                        Target.atLeast(
                                "requests per second while the function is redeployed",
                                Row.named(rows, REDEPLOYED).perSecond(),
                                0.99 * PER_SECOND),
                        Target.atLeast(
                                "requests per second while its alias moves",
                                Row.named(rows, MOVED).perSecond(),
                                0.99 * PER_SECOND),
                        Target.atMost(
                                "from a redeploy's end to the new version's first answer, slowest, ms",
                                slowestMs(REDEPLOY),
                                50),
                        Target.atMost(
                                "from an alias' move's end to the new version's first answer, slowest, ms",
                                slowestMs(MOVED_ANSWER),
                                50),
                        Target.atMost(
                                "from an upload of " + component.length / 1024 + " KiB to its first answer, median, ms",
                                Row.named(rows, DEPLOY).p50Ns() / 1e6,
                                300),
                        Target.atMost(
                                "a canary's share of 100,000 calls, percent points off " + CANARY_PERCENT,
                                Math.abs(canaryPercent - CANARY_PERCENT),
                                1)),
                failures);
    }

    private double slowestMs(String row) {
        return Objects.requireNonNull(samples.get(row)).percentile(100) / 1e6;
    }

    private static void record(Sample sample, long ns) {
        sample.record(ns);
        sample.addElapsed(ns);
    }

    private void deployNext(String alias) throws IOException {
        version++;
        deploy(FUNCTION, component("version-" + version), version, alias);
    }

    private void deploy(String name, byte[] upload, int number, String alias) {
        client.deployFunction(
                name,
                BodyPublishers.ofByteArray(upload),
                DeployOptions.DEFAULTS
                        .withConfig("version", Integer.toString(number))
                        .withAlias(alias));
    }

    /** The component with a mark that makes it another one: it is compiled anew. */
    private byte[] component(String mark) throws IOException {
        ByteArrayOutputStream marked = new ByteArrayOutputStream();
        marked.write(component);
        marked.write(CustomSection.of(mark));
        return marked.toByteArray();
    }

    private URI uri(String function) {
        return calls.resolve("/f/" + function + "/config?name=version");
    }
}
