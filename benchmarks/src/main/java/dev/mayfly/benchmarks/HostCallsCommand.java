package dev.mayfly.benchmarks;

import dev.mayfly.benchmarks.hostcalls.HostCallsBench;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "host-calls",
        mixinStandardHelpOptions = true,
        description = {
            "What it costs a function to reach the world: a store, a buffer, an upstream, and 10,000 upstreams at once.",
            "The ratio is a row's median over that of the first row of its kind, for pipes the first one's throughput over a row's. Needs wrk."
        },
        footerHeading = "%nRows:%n",
        footer = {
            "  kv-get-0                  a function that gives its body back and might have used a store",
            "  kv-get-1                  the same and a get of 64 bytes from the store in memory; -100: a hundred",
            "  custom-call-0, -1, -100   likewise with calls of the program's own interface, a record of eight numbers each way",
            "  echo-4k                   a function that gives its body back, a body of 4 KiB",
            "  buffer-read-1             echo and a read of 4 KiB of its body; -100: a hundred",
            "  upstream-java             a small request over a kept connection, by Apache HttpClient",
            "  upstream-binding          the same by the class that is behind http bindings",
            "  upstream-function         the same by a function, called in the same process",
            "  pipe-java                 bodies of 1 MiB from an upstream to 16 connections, by that class and Helidon",
            "  pipe-function             the same by a function on a host",
            "  waiting-10000             calls begun at once that each wait 1 s for an upstream, over open connections",
            "  opening-10000             the same where each must open its connection",
            "  echo-1000-a-second        echo in the same process, each call on a virtual thread",
            "  echo-while-10000-wait     the same while 10,000 calls wait",
            "  echo-while-10000-arrive   the same while 10,000 calls come within 1 s, and while they go",
            "  nothing-while-10000-arrive  virtual threads that start and end, at the same rate meanwhile"
        })
final class HostCallsCommand implements Callable<Integer> {
    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() throws Exception {
        if (!HostCallsBench.canRun()) {
            System.err.println("bench: host-calls needs the load generator wrk: install it (Debian: apt install wrk)");
            return Bench.EXIT_TOOL_MISSING;
        }
        try (BenchFiles files = BenchFiles.open()) {
            HostCallsBench.Result result = HostCallsBench.run(
                    files.guests(),
                    output.quick ? HostCallsBench.Plan.QUICK : HostCallsBench.Plan.FULL,
                    output::progress);
            output.print(result.rows(), result.targets());
            return result.failures() == 0 ? 0 : 1;
        }
    }
}
