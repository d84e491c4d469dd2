package dev.mayfly.benchmarks.peers;

import dev.mayfly.benchmarks.measure.Contender;
import dev.mayfly.benchmarks.measure.Workload;
import io.github.kawamuray.wasmtime.Engine;
import io.github.kawamuray.wasmtime.Extern;
import io.github.kawamuray.wasmtime.Func;
import io.github.kawamuray.wasmtime.Instance;
import io.github.kawamuray.wasmtime.Memory;
import io.github.kawamuray.wasmtime.Module;
import io.github.kawamuray.wasmtime.Store;
import io.github.kawamuray.wasmtime.WasmFunctions;
import io.github.kawamuray.wasmtime.WasmValType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;

/**
 * wasmtime-java: a fresh store, host function and instance for each call, of a module compiled once. It offers no pool and nothing pre-linked.
 */
public final class WasmtimeJavaContender implements Contender {
    private final Engine engine;
    private final Module echo;
    private final Module noImport;

    private WasmtimeJavaContender(Engine engine, Module echo, Module noImport) {
        this.engine = engine;
        this.echo = echo;
        this.noImport = noImport;
    }

    public static WasmtimeJavaContender open(Path guests) throws IOException {
        Engine engine = new Engine();
        return new WasmtimeJavaContender(
                engine,
                new Module(engine, CoreGuest.module(guests, "echo")),
                new Module(engine, CoreGuest.module(guests, "no-import")));
    }

    @Override
    public Workload workload(String name) {
        return switch (name) {
            case "echo" -> this::callEcho;
            case "no-import" -> this::callNoImport;
            default -> throw CoreGuest.unknown(name);
        };
    }

    private void callEcho() {
        try (Store<Void> store = store();
                Func body = WasmFunctions.wrap(store, WasmValType.I32, WasmValType.I32, request -> CoreGuest.HANDLE);
                Instance instance = new Instance(store, echo, List.of(Extern.fromFunc(body)))) {
            handle(store, instance, CoreGuest.HANDLE);
        }
    }

    private void callNoImport() {
        try (Store<Void> store = store();
                Instance instance = new Instance(store, noImport, List.of())) {
            handle(store, instance, 0);
        }
    }

    @SuppressWarnings("NullAway") // a store without data of its own, as the library's Store.withoutData has it
    private Store<Void> store() {
        return new Store<>(null, engine);
    }

    private static void handle(Store<Void> store, Instance instance, int bodyHandle) {
        try (Func handle = instance.getFunc(store, CoreGuest.EXPORT_HANDLE).orElseThrow();
                Memory memory =
                        instance.getMemory(store, CoreGuest.EXPORT_MEMORY).orElseThrow()) {
            int result = WasmFunctions.func(store, handle, WasmValType.I32, WasmValType.I32)
                    .call(0);
            ByteBuffer bytes = memory.buffer(store).order(ByteOrder.LITTLE_ENDIAN);
            CoreGuest.check(
                    bytes.getShort(result + CoreGuest.STATUS),
                    bytes.get(result + CoreGuest.BODY),
                    bytes.getInt(result + CoreGuest.BODY_HANDLE),
                    bodyHandle);
        }
    }

    @Override
    public void close() {
        echo.dispose();
        noImport.dispose();
        engine.dispose();
    }
}
