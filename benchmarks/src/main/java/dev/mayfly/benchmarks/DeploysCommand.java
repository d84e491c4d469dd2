package dev.mayfly.benchmarks;

import dev.mayfly.benchmarks.deploys.DeploysBench;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "deploys",
        mixinStandardHelpOptions = true,
        description = {
            "What those notice who send 5,000 requests per second, over 16 connections, while the function is redeployed",
            "and its alias moves. The ratio is a row's median over the first row's."
        },
        footerHeading = "%nRows:%n",
        footer = {
            "  call-at-rest            a request while nothing changes, from when it was due",
            "  call-while-redeployed   the same while one new component after the other is deployed",
            "  call-while-moved        the same while the alias live moves from version to version",
            "  redeployed-to-answer    from a deploy's acknowledgement to the first answer by the new version",
            "  moved-to-answer         the same of a moved alias; move-to-answer: from sending the move",
            "  deploy-to-answer        from sending a new function's component to its first answer, with no other calls"
        })
final class DeploysCommand implements Callable<Integer> {
    @Parameters(
            arity = "0..1",
            paramLabel = "FILE",
            defaultValue = "target/guests/probe.wasm",
            description =
                    "A function that answers /config?name=version with that setting (default: one of 110 KB, which tools/guests.sh builds).")
    @SuppressWarnings("NullAway.Init") // It has a default.
    private Path component;

    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() throws Exception {
        if (!Files.isRegularFile(component)) {
            System.err.println("bench: there is no " + component + ": tools/guests.sh builds one");
            return Bench.EXIT_TOOL_MISSING;
        }
        try (BenchFiles files = BenchFiles.open()) {
            DeploysBench.Result result = DeploysBench.run(
                    component,
                    files.guests().resolve("deploys-host"),
                    output.quick ? DeploysBench.Plan.QUICK : DeploysBench.Plan.FULL,
                    output::progress);
            output.print(result.rows(), result.targets());
            return result.failures() == 0 ? 0 : 1;
        }
    }
}
