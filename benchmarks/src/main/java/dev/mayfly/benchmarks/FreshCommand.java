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
        description = {
            "What a call in a fresh instance costs: native Rust, Mayfly, wasmtime-java, Endive.",
            "The ratio is a row's median over the first row's."
        })
final class FreshCommand implements Callable<Integer> {
    /**
     * Endive's memories are arrays of its heap, a new one for each call. In a heap that fits the processor's cache, zeroing them takes less than
     * half as long as in one of the default size (70 instead of 165 µs a call).
     */
    private static final String ENDIVE_HEAP = "-Xmx64m";

    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() throws IOException {
        try (BenchFiles files = BenchFiles.open();
                Worker nativeWasmtime = Worker.start("native-wasmtime", nativeCommand(files));
                Worker mayfly = Worker.startJava("mayfly", files.guests());
                Worker wasmtimeJava = Worker.startJava("wasmtime-java", files.guests());
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
                files.guests().resolve("echo.component.wasm").toString(),
                "instance-count-max=" + config.instanceCountMax(),
                "memory-bytes-max=" + config.memoryBytesMax(),
                "table-elements-max=" + config.tableElementsMax(),
                "keep-resident-bytes=" + config.keepResidentBytes(),
                "warm-slot-count-max=" + config.warmSlotCountMax());
    }
}
