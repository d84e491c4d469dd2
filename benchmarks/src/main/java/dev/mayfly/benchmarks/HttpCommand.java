package dev.mayfly.benchmarks;

import dev.mayfly.benchmarks.http.HttpBench;
import java.io.IOException;
import java.nio.file.Files;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "http",
        mixinStandardHelpOptions = true,
        description = {
            "Requests per second of an echo function against the bare HTTP server's, over 16 connections.",
            "The ratio is the first row's requests per second over a row's. Needs wrk."
        })
final class HttpCommand implements Callable<Integer> {
    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() throws IOException {
        if (!HttpBench.canRun()) {
            System.err.println("bench: http needs the load generator wrk: install it (Debian: apt install wrk)");
            return Bench.EXIT_TOOL_MISSING;
        }
        try (BenchFiles files = BenchFiles.open()) {
            HttpBench.Result result = HttpBench.run(
                    files.guests().resolve("echo.component.wasm"),
                    Files.createDirectory(files.guests().resolve("data")),
                    output.quick ? HttpBench.Plan.QUICK : HttpBench.Plan.FULL,
                    output::progress);
            output.print(result.rows(), result.targets());
            return result.errors() == 0 ? 0 : 1;
        }
    }
}
