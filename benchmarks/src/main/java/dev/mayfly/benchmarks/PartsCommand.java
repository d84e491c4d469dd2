package dev.mayfly.benchmarks;

import dev.mayfly.benchmarks.parts.PartsBench;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.openjdk.jmh.runner.RunnerException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "parts",
        mixinStandardHelpOptions = true,
        description = {
            "What a call consists of, measured by JMH: begin to done, function table, slot, buffer copies,",
            "and what a host does around a call: key, route, limits, receipt.",
            "Percentiles are those of the iterations' averages; the ratio is a row's median over the first row's."
        })
final class PartsCommand implements Callable<Integer> {
    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() throws IOException, RunnerException {
        try (BenchFiles files = BenchFiles.open()) {
            PartsBench.PartsResult result = PartsBench.run(files.guests(), output.quick, output::progress);
            output.print(result.rows(), result.targets());
        }
        return 0;
    }
}
