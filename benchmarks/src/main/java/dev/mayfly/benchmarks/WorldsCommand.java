package dev.mayfly.benchmarks;

import dev.mayfly.benchmarks.measure.Rounds;
import dev.mayfly.benchmarks.report.Row;
import dev.mayfly.benchmarks.report.Target;
import dev.mayfly.benchmarks.worlds.HttpWorldsBench;
import dev.mayfly.benchmarks.worlds.StreamsBench;
import dev.mayfly.benchmarks.worlds.WorldsBench;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "worlds",
        mixinStandardHelpOptions = true,
        description = {
            "What a fresh call costs of functions built for other hosts, beside the same ones built for this one.",
            "In process, all in Rust; the ratio is a row's median over the first row's.",
            "Then one of them over HTTP with 16 connections, beside wasmtime serve; the ratio is Mayfly's requests per second over a row's.",
            "Then streams: a large body that is passed on, and many clients of events.",
            "What goes over HTTP needs wrk, and the first time builds wasmtime's command line, which takes minutes."
        },
        footerHeading = "%nRows:%n",
        footer = {
            "  mayfly-hello            says hello, for mayfly:function",
            "  wasi-http-hello         the same for wasi:http, with the crate wasip2",
            "  wasi-http-wstd-hello    the same with the crate wstd, which does all asynchronously",
            "  mayfly-echo             64 bytes back, for mayfly:function",
            "  momento-echo            the same with Momento's crates",
            "  http-mayfly-hello            wasi-http-hello over HTTP",
            "  http-wasmtime-serve-hello    the same component on wasmtime serve, of the release that the engine is built on",
            "  proxy-java              100 MB from an upstream to one client, by the server and the client library that Mayfly has",
            "  proxy-wasi-http         the same by a function for wasi:http; the ratio is plain Java's throughput over its",
            "  sse-1000-clients        clients of a function that sends an event a second, for mayfly:function; the time is from one event to the next"
        })
final class WorldsCommand implements Callable<Integer> {
    @Parameters(
            arity = "0..1",
            paramLabel = "DIR",
            defaultValue = "target/guests",
            description = "Where the functions are (default: where tools/guests.sh builds them).")
    @SuppressWarnings("NullAway.Init") // It has a default.
    private Path guests;

    @Option(names = "--in-process", description = "Leave out what goes over HTTP.")
    private boolean inProcess;

    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() throws Exception {
        List<Path> missing = WorldsBench.components(guests).stream()
                .filter(component -> !Files.isRegularFile(component))
                .toList();
        if (!missing.isEmpty()) {
            System.err.println("bench: there is no " + missing.getFirst() + ": tools/guests.sh builds it");
            return Bench.EXIT_TOOL_MISSING;
        }
        if (!inProcess && !HttpWorldsBench.canRun()) {
            System.err.println(
                    "bench: worlds needs the load generator wrk: install it (Debian: apt install wrk), or leave out HTTP with --in-process");
            return Bench.EXIT_TOOL_MISSING;
        }
        try (BenchFiles files = BenchFiles.open()) {
            WorldsBench.Result result = WorldsBench.run(
                    guests,
                    files.guests().resolve("worlds-host"),
                    output.quick ? Rounds.QUICK : Rounds.FULL,
                    output::progress);
            List<Row> rows = new ArrayList<>(result.rows());
            List<Target> targets = new ArrayList<>(result.targets());
            if (!inProcess) {
                WorldsBench.Result overHttp = HttpWorldsBench.run(
                        HttpWorldsBench.wasmtime(Path.of(System.getProperty("mayfly.home", "."))),
                        guests,
                        Files.createDirectory(files.guests().resolve("http-host")),
                        output.quick ? HttpWorldsBench.Plan.QUICK : HttpWorldsBench.Plan.FULL,
                        output::progress);
                rows.addAll(overHttp.rows());
                targets.addAll(overHttp.targets());
                WorldsBench.Result streams = StreamsBench.run(
                        guests,
                        Files.createDirectory(files.guests().resolve("streams-host")),
                        output.quick ? StreamsBench.Plan.QUICK : StreamsBench.Plan.FULL,
                        output::progress);
                rows.addAll(streams.rows());
                targets.addAll(streams.targets());
            }
            output.print(rows, targets);
        }
        return 0;
    }
}
