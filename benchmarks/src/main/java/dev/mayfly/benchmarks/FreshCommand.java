package dev.mayfly.benchmarks;

import dev.mayfly.benchmarks.fresh.FreshBench;
import dev.mayfly.benchmarks.measure.Worker;
import dev.mayfly.benchmarks.report.Row;
import dev.mayfly.engine.EngineConfig;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "fresh",
        mixinStandardHelpOptions = true,
        description = {
            "What a call in a fresh instance costs: native Rust, Mayfly, wasmtime-java, Endive.",
            "The ratio is a row's median over the first row's."
        },
        footerHeading = "%nRows:%n",
        footer = {
            "  native-wasmtime         stock wasmtime in Rust, no fibers, no epochs; echo: hands the body's handle back",
            "  native-wasmtime-fiber   the same with what it takes to suspend and to stop a function",
            "  native-wasmtime-bytes   native-wasmtime with a guest that copies the body through its memory",
            "  mayfly                  echo from Java, from the look-up of its name to the bytes of the answer",
            "  mayfly-engine-only      the same on a slot and a function table that are held",
            "  mayfly-bytes            mayfly with the guest of native-wasmtime-bytes",
            "  mayfly-engine-call      echo and one host call answered by the engine",
            "  mayfly-java-call        echo and one answered by Java; -calls-100: a hundred",
            "  wasmtime-java           a store, a host function and an instance of echo's core module each time",
            "  wasmtime-java-no-import the same without the host function",
            "  endive                  the same core module as JVM bytecode, an instance each time",
            "  …-2-threads             two threads at once; calls/s is of both together"
        })
final class FreshCommand implements Callable<Integer> {
    /**
     * Endive's memories are arrays of its heap, a new one for each call. In a heap that fits the processor's cache, zeroing them takes less than
     * half as long as in one of the default size (70 instead of 165 µs a call).
     */
    private static final String[] ENDIVE_HEAP = {"-Xms64m", "-Xmx64m"};

    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() throws IOException {
        try (BenchFiles files = BenchFiles.open();
                Worker nativeWasmtime = Worker.start("native-wasmtime", nativeCommand(files));
                Worker mayfly = Worker.startJava("mayfly", files.guests());
                Worker wasmtimeJava =
                        Worker.startJava("wasmtime-java", files.guests(), "-Djava.io.tmpdir=" + files.guests());
                Worker endive = Worker.startJava("endive", files.guests(), ENDIVE_HEAP)) {
            List<Row> rows = FreshBench.run(
                    new FreshBench.Workers(nativeWasmtime, mayfly, wasmtimeJava, endive),
                    output.quick ? FreshBench.Plan.QUICK : FreshBench.Plan.FULL,
                    output::progress);
            output.print(rows, FreshBench.targets(rows));
        }
        return 0;
    }

    /** With the pool that Mayfly's engine has. */
    private static List<String> nativeCommand(BenchFiles files) {
        EngineConfig config = EngineConfig.defaults();
        return List.of(
                files.worker().toString(),
                "serve",
                files.guests().toString(),
                "instance-count-max=" + config.instanceCountMax(),
                "memory-bytes-max=" + config.memoryBytesMax(),
                "table-elements-max=" + config.tableElementsMax());
    }
}
