package dev.mayfly.benchmarks;

import dev.mayfly.benchmarks.functions.FunctionsBench;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "functions",
        mixinStandardHelpOptions = true,
        description = {
            "What it costs to have many functions: 10,000, and then 100,000 (some 4 GB of files), or 1,000 with --quick.",
            "The ratio is a row's median over the first row's."
        },
        footerHeading = "%nRows:%n",
        footer = {
            "  evenly-over-1           echo, as mayfly in bench fresh; -100, -1000, -10000: that many functions in turn,",
            "                          each with a component, an artifact and a function table of its own",
            "  first-call              a call that loads its function from its artifact first; second-call: the next one",
            "  list-page-of-1000       GET /v1/functions?limit=1000 over HTTP",
            "  of-100000-...           the same where there are more functions than may be loaded; 25,000 are called;",
            "                          artifact-read: by plain Java, of others, as the kernel may have it no more"
        })
final class FunctionsCommand implements Callable<Integer> {
    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() throws IOException {
        try (BenchFiles files = BenchFiles.open()) {
            FunctionsBench.Result result = FunctionsBench.run(
                    files.guests(),
                    output.quick ? FunctionsBench.Plan.QUICK : FunctionsBench.Plan.FULL,
                    output::progress);
            output.print(result.rows(), result.targets());
        }
        return 0;
    }
}
