package dev.mayfly.benchmarks.functions;

import dev.mayfly.benchmarks.inprocess.EchoCall;
import dev.mayfly.benchmarks.inprocess.InProcessHost;
import dev.mayfly.benchmarks.measure.ClosedLoop;
import dev.mayfly.benchmarks.measure.Sample;
import dev.mayfly.benchmarks.measure.Workload;
import dev.mayfly.benchmarks.soak.ResidentMemory;
import dev.mayfly.engine.EngineConfig;
import dev.mayfly.host.Host;
import dev.mayfly.host.HostConfig;
import dev.mayfly.host.catalog.Alias;
import dev.mayfly.host.catalog.SqliteCatalog;
import dev.mayfly.host.invoke.Route;
import dev.mayfly.host.invoke.RoutedFunction;
import dev.mayfly.host.secrets.SealingKeys;
import dev.mayfly.linkercache.TableBudget;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A process of {@code bench functions}. Arguments: the folder with the guests, how many functions, how many of them are called, rounds of calls spread
 * over them, and milliseconds a turn. Says a line for each result: {@code row NAME SAMPLE} or {@code figure NAME NUMBER}.
 */
public final class FunctionsMain {
    private static final int BODY_BYTES = 64;
    private static final int PAGES = 40;
    private static final Duration WARM_UP = Duration.ofSeconds(3);
    /** The engine watches the first calls of each function; see its module {@code footprint}. */
    private static final int WATCHED_CALLS = 64;
    /** Functions beside those that are measured, which are loaded before: the JVM compiles that path, too. */
    private static final int LOADED_BEFORE_MAX = 10_000;
    /** Artifacts of functions that are not called, read for comparison. */
    private static final int READ_COUNT_MAX = 1_000;
    /** Calls between two looks at what the kernel keeps for this process. */
    private static final int LOOK_EVERY = 500;

    private FunctionsMain() {}

    /** See the class. */
    public static void main(String[] args) throws Exception {
        Path guests = Path.of(args[0]);
        int count = Integer.parseInt(args[1]);
        int called = Integer.parseInt(args[2]);
        Path data = guests.resolve("functions-data-" + count);
        List<String> names = IntStream.range(0, count)
                .mapToObj(i -> String.format("function-%06d", i))
                .toList();
        EngineConfig engine = EngineConfig.defaults();
        // As a host has it, unless all that are called are to be loaded at once.
        int tableCountMax = called == count ? count : TableBudget.tableCountMax(engine);
        try (InProcessHost host = new InProcessHost(data.resolve("store"), engine.instanceCountMax(), tableCountMax)) {
            host.deployCopies(names, guests.resolve("echo.component.wasm"));
            // The JVM compiles what is called before anything is timed or weighed.
            ClosedLoop.run(1, WARM_UP.toNanos(), () -> calls(host, names.subList(0, 1)));
            int loadedBefore = Math.min((count - called) / 2, LOADED_BEFORE_MAX);
            names.subList(count - loadedBefore, count)
                    .forEach(name -> new EchoCall(host.invoker(), name, BODY_BYTES).call());
            List<String> firstCalls = firstCalls(host, names.subList(1, called));
            if (called < count) {
                say("row artifact-read "
                        + readArtifacts(host, data.resolve("store"), names.subList(called, count))
                                .encode());
            }
            int rounds = Integer.parseInt(args[3]);
            if (rounds > 0) {
                calls(host, names, rounds, Duration.ofMillis(Long.parseLong(args[4])));
            }
            firstCalls.forEach(FunctionsMain::say);
            try (SqliteCatalog catalog =
                    SqliteCatalog.open(data.resolve("catalog.sqlite"), SealingKeys.read(data, Map.of()))) {
                for (RoutedFunction function : host.invoker().routes().all()) {
                    Route route = Objects.requireNonNull(function.versions().get(1));
                    catalog.add(
                            route.version(),
                            Alias.of(
                                    function.name(),
                                    Alias.LIVE,
                                    1,
                                    route.version().createdAt()));
                }
            }
        }
        start(data);
    }

    /** Returns what is to be said of them, below the row that others are compared with. */
    private static List<String> firstCalls(InProcessHost host, List<String> names) throws IOException {
        collectGarbage();
        long before = ResidentMemory.bytes();
        Sample first = new Sample();
        Sample second = new Sample();
        KernelBudget budget = new KernelBudget();
        for (int i = 0; i < names.size(); i++) {
            EchoCall call = new EchoCall(host.invoker(), names.get(i), BODY_BYTES);
            time(call, first);
            time(call, second);
            if (i % LOOK_EVERY == 0) {
                budget.look();
            }
        }
        collectGarbage();
        return List.of(
                "figure resident-bytes-per-function " + (ResidentMemory.bytes() - before) / names.size(),
                "figure mappings-percent " + budget.mappingsPercent(),
                "figure files-percent " + budget.filesPercent(),
                "row first-call " + first.encode(),
                "row second-call " + second.encode());
    }

    /** By plain Java: what a first call waits for before it can do anything, longer where the kernel has the file no more. */
    private static Sample readArtifacts(InProcessHost host, Path store, List<String> names) throws IOException {
        Path artifacts;
        try (Stream<Path> engines = Files.list(store.resolve("artifacts"))) {
            artifacts = engines.findFirst().orElseThrow();
        }
        Sample sample = new Sample();
        // One after the other as they were deployed, as those before them were called: neighbours share blocks of the
        // disk.
        for (String name : names.subList(0, Math.min(names.size(), READ_COUNT_MAX))) {
            RoutedFunction function =
                    Objects.requireNonNull(host.invoker().routes().function(name));
            Route route = Objects.requireNonNull(function.versions().get(1));
            Path artifact = artifacts.resolve(route.version().component().hex());
            long startNs = System.nanoTime();
            Files.readAllBytes(artifact);
            long ns = System.nanoTime() - startNs;
            sample.record(ns);
            sample.addElapsed(ns);
        }
        return sample;
    }

    private static void time(EchoCall call, Sample sample) {
        long startNs = System.nanoTime();
        call.call();
        long ns = System.nanoTime() - startNs;
        sample.record(ns);
        sample.addElapsed(ns);
    }

    private static void calls(InProcessHost host, List<String> names, int rounds, Duration turn) throws Exception {
        List<Integer> counts = new ArrayList<>();
        for (int count = 1; count <= names.size(); count *= count == 1 ? 100 : 10) {
            counts.add(count);
        }
        Workload each = calls(host, names);
        for (int call = 0; call < WATCHED_CALLS * names.size(); call++) {
            each.call();
        }
        Map<Integer, Sample> samples = new LinkedHashMap<>();
        for (int round = 0; round < rounds; round++) {
            for (int count : counts) {
                samples.computeIfAbsent(count, any -> new Sample())
                        .add(ClosedLoop.run(1, turn.toNanos(), () -> calls(host, names.subList(0, count))));
            }
        }
        samples.forEach((count, sample) -> say("row evenly-over-" + count + " " + sample.encode()));
    }

    /** Each in its turn, so that none is called twice before all others were. */
    private static Workload calls(InProcessHost host, List<String> names) {
        EchoCall[] calls = names.stream()
                .map(name -> new EchoCall(host.invoker(), name, BODY_BYTES))
                .toArray(EchoCall[]::new);
        int[] next = {0};
        return () -> {
            int now = next[0];
            next[0] = now + 1 == calls.length ? 0 : now + 1;
            calls[now].call();
        };
    }

    private static void collectGarbage() {
        // Twice, as what is freed by a cleaner is freed after the first.
        System.gc();
        System.gc();
    }

    private static void start(Path data) throws IOException, InterruptedException {
        HostConfig config = HostConfig.defaults().withDataFolder(data).withPort(0);
        // What a first start on a folder does once is not asked for.
        Host.start(config).close();
        long startNs = System.nanoTime();
        try (Host host = Host.start(config);
                HttpClient client = HttpClient.newHttpClient()) {
            say("figure start-ms " + (System.nanoTime() - startNs) / 1_000_000);
            String key = Files.readString(data.resolve("admin.key")).strip();
            Sample pages = new Sample();
            for (int i = 0; i < 2 * PAGES; i++) {
                long pageNs = System.nanoTime();
                HttpResponse<byte[]> page = client.send(
                        HttpRequest.newBuilder(URI.create(host.adminUri() + "/v1/functions?limit=1000"))
                                .header("Authorization", "Bearer " + key)
                                .build(),
                        BodyHandlers.ofByteArray());
                long ns = System.nanoTime() - pageNs;
                if (page.statusCode() != 200) {
                    throw new IOException("the list has status " + page.statusCode());
                }
                if (i >= PAGES) {
                    pages.record(ns);
                    pages.addElapsed(ns);
                }
            }
            say("row list-page-of-1000 " + pages.encode());
        }
    }

    private static void say(String line) {
        System.out.println(line);
    }
}
