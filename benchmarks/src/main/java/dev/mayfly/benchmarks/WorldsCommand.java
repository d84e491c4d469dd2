package dev.mayfly.benchmarks;

import dev.mayfly.benchmarks.measure.Rounds;
import dev.mayfly.benchmarks.worlds.WorldsBench;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "worlds",
        mixinStandardHelpOptions = true,
        description = {
            "What a fresh call costs of functions built for other hosts, beside the same ones built for this one.",
            "In process, all in Rust. The ratio is a row's median over the first row's."
        },
        footerHeading = "%nRows:%n",
        footer = {
            "  mayfly-hello            says hello, for mayfly:function",
            "  wasi-http-hello         the same for wasi:http, with the crate wasip2",
            "  wasi-http-wstd-hello    the same with the crate wstd, which does all asynchronously",
            "  mayfly-echo             64 bytes back, for mayfly:function",
            "  momento-echo            the same with Momento's crates"
        })
final class WorldsCommand implements Callable<Integer> {
    @Parameters(
            arity = "0..1",
            paramLabel = "DIR",
            defaultValue = "target/guests",
            description = "Where the functions are (default: where tools/guests.sh builds them).")
    @SuppressWarnings("NullAway.Init") // It has a default.
    private Path guests;

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
        try (BenchFiles files = BenchFiles.open()) {
            WorldsBench.Result result = WorldsBench.run(
                    guests,
                    files.guests().resolve("worlds-host"),
                    output.quick ? Rounds.QUICK : Rounds.FULL,
                    output::progress);
            output.print(result.rows(), result.targets());
        }
        return 0;
    }
}
