package dev.mayfly.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CompilerTest {
    @TempDir
    Path folder;

    private final EngineConfig config = EngineConfig.defaults();

    @Test
    void aCoreModuleThatCarriesItsTypeBecomesAComponent() throws Exception {
        ComponentDescription description =
                Compiler.withDefaultLimits(config).compile(Guests.wasm("echo"), folder.resolve("out"));
        assertTrue(description.componentized());
        assertTrue(
                description.imports().contains("mayfly:function/web-types@0.1.0 [method]request.body"),
                description::toString);
        assertTrue(description.exports().contains("mayfly:function/web-handler@0.1.0 handle"), description::toString);
        assertTrue(Files.size(folder.resolve("out")) > 0);
    }

    @Test
    void textIsCompiledToo() throws Exception {
        Path text = Files.writeString(folder.resolve("empty.wat"), "(component)");
        ComponentDescription description = Compiler.withDefaultLimits(config).compile(text, folder.resolve("out"));
        assertEquals(0, description.exports().size());
    }

    @ParameterizedTest
    @CsvSource({
        "bad/empty, neither a WebAssembly binary",
        "bad/text, neither a WebAssembly binary",
        "bad/truncated, whole WebAssembly",
        "bad/no-abi, without a component type"
    })
    void whatIsNoComponentIsTheUploadersMistake(String guest, String reason) {
        var invalid = assertThrows(
                MayflyException.Invalid.class,
                () -> Compiler.withDefaultLimits(config).compile(Guests.wasm(guest), folder.resolve("out")));
        assertTrue(invalid.safeMessage().contains(reason), invalid::safeMessage);
    }

    @Test
    void aComponentForWasi03IsRefusedByTheNameOfEachInterface() {
        var missing = assertThrows(
                MayflyException.MissingImports.class,
                () -> Compiler.withDefaultLimits(config)
                        .compile(Guests.wasm("bad/http-wasip3"), folder.resolve("out")));
        assertTrue(
                missing.imports()
                        .contains("wasi:http/types@0.3.2: WASI 0.3 isn't supported: build for wasi:http@0.2"
                                + " (target wasm32-wasip2)"),
                missing::safeMessage);
        assertTrue(missing.imports().stream().allMatch(line -> line.contains("@0.3.2: ")), missing::safeMessage);
    }

    @Test
    void whatAnEarlierCompilationKeptMakesTheSameArtifact() throws Exception {
        Compiler compiler = Compiler.withDefaultLimits(config);
        Path pack = folder.resolve("pack");
        Path cold = folder.resolve("cold");
        compiler.compile(Guests.wasm("hello"), cold);
        FunctionCount first = compiler.compile(
                        Guests.wasm("hello"), folder.resolve("first"), new CodePack(pack, pack, 1 << 20))
                .functions();
        assertEquals(0, first.reused());
        assertTrue(first.compiled() > 10, first::toString);
        CompileReport again = compiler.compile(
                Guests.wasm("hello"), folder.resolve("again"), new CodePack(pack, folder.resolve("next"), 1 << 20));
        assertTrue(again.functions().reused() > first.compiled() / 2, again::toString);
        assertEquals(
                first.compiled(), again.functions().reused() + again.functions().compiled());
        assertTrue(again.description().componentized());
        assertEquals(-1, Files.mismatch(cold, folder.resolve("first")));
        assertEquals(-1, Files.mismatch(cold, folder.resolve("again")));
    }

    @Test
    void aCompilationThatTakesTooLongIsStopped() throws Exception {
        Compiler hurried = new Compiler(config, 4L << 30, Duration.ofMillis(300));
        var limit = assertThrows(
                MayflyException.LimitExceeded.class,
                () -> hurried.compile(manyFunctions(20_000, 200), folder.resolve("out")));
        assertEquals("compile-time-max", limit.limit());
    }

    @Test
    void aCompilationThatTakesTooMuchMemoryIsStopped() throws Exception {
        Compiler small = new Compiler(config, 256L << 20, Duration.ofMinutes(2));
        var limit = assertThrows(
                MayflyException.LimitExceeded.class,
                () -> small.compile(manyFunctions(1, 400_000), folder.resolve("out")));
        assertEquals("compile-memory-bytes-max", limit.limit());
    }

    @Test
    void anInterruptedCompilationEndsItsProcess() throws Exception {
        Path input = manyFunctions(20_000, 200);
        long before = compilers();
        CountDownLatch started = new CountDownLatch(1);
        AtomicReference<Throwable> ended = new AtomicReference<>();
        Thread thread = Thread.ofPlatform().start(() -> {
            started.countDown();
            try {
                Compiler.withDefaultLimits(config).compile(input, folder.resolve("out"));
            } catch (InterruptedException | MayflyException e) {
                ended.set(e);
            }
        });
        started.await();
        while (compilers() == before && thread.isAlive()) {
            Thread.onSpinWait();
        }
        thread.interrupt();
        thread.join(Duration.ofSeconds(10));
        assertTrue(ended.get() instanceof InterruptedException, "ended with " + ended.get());
        assertEquals(before, compilers());
    }

    private static long compilers() {
        return ProcessHandle.current()
                .children()
                .filter(ProcessHandle::isAlive)
                .filter(process -> process.info().command().orElse("").endsWith("mayfly-compiler"))
                .count();
    }

    /** Text of a component with a module of that many functions of that many additions. */
    private Path manyFunctions(int functions, int additions) throws IOException {
        StringBuilder text = new StringBuilder("(component (core module (memory 1)\n");
        String body =
                "(i32.store (local.get 0) (i32.mul (i32.load offset=4 (local.get 0)) (local.get 0)))".repeat(additions);
        for (int i = 0; i < functions; i++) {
            text.append("(func (param i32) ").append(body).append(")\n");
        }
        return Files.writeString(folder.resolve("many.wat"), text.append("))"));
    }
}
