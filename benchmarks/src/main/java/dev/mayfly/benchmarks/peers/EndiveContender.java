package dev.mayfly.benchmarks.peers;

import dev.mayfly.benchmarks.measure.Contender;
import dev.mayfly.benchmarks.measure.Workload;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import run.endive.compiler.MachineFactoryCompiler;
import run.endive.runtime.ByteArrayMemory;
import run.endive.runtime.HostFunction;
import run.endive.runtime.ImportValues;
import run.endive.runtime.Instance;
import run.endive.runtime.Machine;
import run.endive.runtime.Memory;
import run.endive.wasm.Parser;
import run.endive.wasm.WasmModule;
import run.endive.wasm.types.FunctionType;
import run.endive.wasm.types.ValType;

/**
 * Endive, which went on from Chicory: the module translated to JVM bytecode once, a fresh instance for each call. Host functions are bound to no
 * instance there, so they are made once too.
 */
public final class EndiveContender implements Contender {
    private final WasmModule module;
    private final Function<Instance, Machine> compiled;
    private final ImportValues imports;

    private EndiveContender(WasmModule module) {
        this.module = module;
        this.compiled = MachineFactoryCompiler.compile(module);
        this.imports = ImportValues.builder()
                .addFunction(new HostFunction(
                        CoreGuest.IMPORT_MODULE,
                        CoreGuest.IMPORT_BODY,
                        FunctionType.of(List.of(ValType.I32), List.of(ValType.I32)),
                        (instance, arguments) -> new long[] {CoreGuest.HANDLE}))
                .build();
    }

    public static EndiveContender open(Path guests) throws IOException {
        return new EndiveContender(Parser.parse(CoreGuest.module(guests, "echo")));
    }

    @Override
    public Workload workload(String name) {
        if (!name.equals("echo")) {
            throw CoreGuest.unknown(name);
        }
        return this::call;
    }

    private void call() {
        Instance instance = Instance.builder(module)
                .withImportValues(imports)
                .withMachineFactory(compiled)
                .withMemoryFactory(ByteArrayMemory::new)
                .build();
        int result = (int) instance.export(CoreGuest.EXPORT_HANDLE).apply(0)[0];
        Memory memory = instance.memory();
        CoreGuest.check(
                memory.readShort(result + CoreGuest.STATUS),
                memory.read(result + CoreGuest.BODY),
                memory.readInt(result + CoreGuest.BODY_HANDLE),
                CoreGuest.HANDLE);
    }

    @Override
    public void close() {
        // Everything is on the heap.
    }
}
