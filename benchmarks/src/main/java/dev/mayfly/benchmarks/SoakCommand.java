package dev.mayfly.benchmarks;

import dev.mayfly.benchmarks.measure.ChildProcess;
import dev.mayfly.benchmarks.soak.SoakMain;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "soak",
        mixinStandardHelpOptions = true,
        description = {
            "Calls functions on two threads, one in a thousand of them trapping, and prints resident memory on the way.",
            "Fails when memory grows in the second half, or a slot, slab, instance, stack or table is missing in the end."
        })
final class SoakCommand implements Callable<Integer> {
    /** A heap that is all there from the start can't be what grows. */
    private static final String HEAP = "256m";

    @Option(names = "--calls", defaultValue = "2000000", description = "How many. Default: ${DEFAULT-VALUE}.")
    private long calls;

    @Option(names = "--quick", description = "A tenth of the calls.")
    private boolean quick;

    @Override
    public Integer call() throws IOException, InterruptedException {
        try (BenchFiles files = BenchFiles.open()) {
            List<String> command = ChildProcess.java(ChildProcess.fixedHeap(HEAP));
            command.addAll(List.of(
                    SoakMain.class.getName(), files.guests().toString(), String.valueOf(quick ? calls / 10 : calls)));
            return new ProcessBuilder(command).inheritIO().start().waitFor();
        }
    }
}
