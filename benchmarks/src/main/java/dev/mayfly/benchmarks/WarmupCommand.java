package dev.mayfly.benchmarks;

import dev.mayfly.benchmarks.measure.Rounds;
import dev.mayfly.benchmarks.warmup.WarmupBench;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "warmup",
        mixinStandardHelpOptions = true,
        description = {
            "What a call costs that starts from a snapshot, beside one that initializes and one that needn't.",
            "The ratio is a row's median over the first row's."
        },
        footerHeading = "%nRows:%n",
        footer = {
            "  without-init            a fresh call that needs none",
            "  warmed                  a fresh call from the snapshot, to what initialization made",
            "  cold                    the same call, and all initialization in it"
        })
final class WarmupCommand implements Callable<Integer> {
    @Parameters(
            arity = "0..1",
            paramLabel = "FILE",
            defaultValue = "target/guests/warm.wasm",
            description = "The function (default: a Rust one with 10 MB of tables, which tools/guests.sh builds).")
    @SuppressWarnings("NullAway.Init") // It has a default.
    private Path component;

    @Option(names = "--slow", defaultValue = "/look", description = "A path that initializes it (default: /look).")
    private String slow = "";

    @Option(names = "--plain", defaultValue = "/plain", description = "One that doesn't (default: /plain).")
    private String plain = "";

    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() throws Exception {
        if (!Files.isRegularFile(component)) {
            System.err.println("bench: there is no " + component + ": tools/guests.sh builds one");
            return Bench.EXIT_TOOL_MISSING;
        }
        try (BenchFiles files = BenchFiles.open()) {
            WarmupBench.Result result = WarmupBench.run(
                    new WarmupBench.Subject(component, slow, plain),
                    files.guests().resolve("warmup-host"),
                    output.quick ? Rounds.QUICK : Rounds.FULL,
                    output::progress);
            output.print(result.rows(), result.targets());
        }
        return 0;
    }
}
