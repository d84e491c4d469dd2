package dev.mayfly.benchmarks;

import dev.mayfly.benchmarks.measure.Rounds;
import dev.mayfly.benchmarks.report.Target;
import dev.mayfly.benchmarks.warmup.ImageSoak;
import dev.mayfly.benchmarks.warmup.WarmupBench;
import dev.mayfly.benchmarks.warmup.WarmupExamples;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
            "  warmed-while-building   the same while other snapshots are built, one after the other",
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

    @Option(
            names = "--examples",
            description =
                    "Instead: what it does for examples/js-render, py-score and rules-java, and for compat/go/reactor, which tools/compat.sh builds.")
    private boolean examples;

    @Option(
            names = "--images",
            paramLabel = "COUNT",
            defaultValue = "0",
            description =
                    "Instead: so many restored calls, each of which overwrites all its memory, must begin with the same bytes.")
    private long images;

    @Option(
            names = "--image-guest",
            paramLabel = "FILE",
            defaultValue = "target/guests/image.wasm",
            description = "The function for that (default: one that tools/guests.sh builds).")
    @SuppressWarnings("NullAway.Init") // It has a default.
    private Path imageGuest;

    @Mixin
    private Output output = new Output();

    private static final Path EXAMPLES = Path.of("target/guests/compat");

    @Override
    public Integer call() throws Exception {
        if (examples) {
            return examples();
        }
        Path guest = images > 0 ? imageGuest : component;
        if (!Files.isRegularFile(guest)) {
            System.err.println("bench: there is no " + guest + ": tools/guests.sh builds one");
            return Bench.EXIT_TOOL_MISSING;
        }
        try (BenchFiles files = BenchFiles.open()) {
            if (images > 0) {
                Target target = ImageSoak.run(guest, files.guests().resolve("image-host"), images, output::progress);
                System.out.println(target);
                return target.isMet() ? 0 : 1;
            }
            WarmupBench.Result result = WarmupBench.run(
                    new WarmupBench.Subject(component, slow, plain),
                    files.guests().resolve("warmup-host"),
                    output.quick ? Rounds.QUICK : Rounds.FULL,
                    output::progress);
            output.print(result.rows(), result.targets());
        }
        return 0;
    }

    private int examples() throws Exception {
        List<Path> missing = WarmupExamples.missing(EXAMPLES);
        if (!missing.isEmpty()) {
            System.err.println(
                    "bench: there is no " + missing.getFirst() + ": tools/compat.sh examples java builds them");
            return Bench.EXIT_TOOL_MISSING;
        }
        try (BenchFiles files = BenchFiles.open()) {
            Path folder = Files.createDirectory(files.guests().resolve("warmup-hosts"));
            WarmupExamples.run(EXAMPLES, folder, output.quick ? Rounds.QUICK : Rounds.FULL, output::progress)
                    .forEach(System.out::println);
        }
        return 0;
    }
}
