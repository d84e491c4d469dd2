package dev.mayfly.linkercache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mayfly.engine.Compiler;
import dev.mayfly.engine.Engine;
import dev.mayfly.engine.EngineConfig;
import dev.mayfly.engine.MayflyException;
import dev.mayfly.engine.Status;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** From an uploaded component to a call and back to nothing, on the real engine. */
@Timeout(120)
class LinkerCacheWithEngineTest {
    private static final long MINUTE_NS = Duration.ofMinutes(1).toNanos();
    private static final EngineConfig CONFIG = EngineConfig.defaults().withInstanceCountMax(16);

    @TempDir
    Path folder;

    private FolderArtifactStore store;
    private Engine engine;
    private ComponentCompiler compiler;
    private LinkerCache cache;

    @BeforeEach
    void open() {
        store = FolderArtifactStore.open(folder);
        engine = Engine.open(CONFIG);
        compiler = new ComponentCompiler(Compiler.withDefaultLimits(CONFIG), engine, store, 1, 10);
        cache = new LinkerCache(engine, store, compiler, 4);
    }

    @AfterEach
    void nothingStaysLoaded() throws InterruptedException {
        cache.close();
        assertTrue(cache.awaitAllFreed(Duration.ofSeconds(10)));
        assertEquals(0, engine.metrics().prelinkedComponents());
        assertEquals(0, engine.metrics().componentInstances());
        compiler.close();
        engine.close();
    }

    /** One that {@code tools/guests.sh} builds. */
    private static Path guest(String name) {
        Path root = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(root.resolve("wit"))) {
            root = Objects.requireNonNull(root.getParent(), "no folder above has wit/");
        }
        Path file = root.resolve("target/guests").resolve(name + ".wasm");
        assertTrue(Files.isRegularFile(file), file + " is missing: run tools/guests.sh first");
        return file;
    }

    private Digest upload(String guest) throws IOException {
        try (ArtifactStore.Upload upload = store.upload(64 << 20);
                InputStream in = Files.newInputStream(guest(guest))) {
            upload.transferFrom(in);
            return upload.finish();
        }
    }

    private TableHandle deploy(String guest) throws IOException, InterruptedException {
        TableHandle handle = cache.open(compiler.compile(upload(guest)).key().component());
        handle.load(System.nanoTime() + MINUTE_NS);
        return handle;
    }

    private static FunctionTable acquire(TableHandle handle) {
        return Objects.requireNonNull(handle.acquire(MINUTE_NS), "the handle is closed");
    }

    private static void callOnce(TableHandle handle) {
        FunctionTable table = acquire(handle);
        try (EngineCall call = new EngineCall("/")) {
            int status = call.frame.begin(table.prelinked());
            while (Status.isSuspended(status)) {
                status = call.frame.resume();
            }
            assertEquals(Status.DONE, status, () -> call.frame.message());
        }
        table.release();
    }

    @Test
    void anUploadedFunctionIsCompiledLoadedAndCalled() throws Exception {
        TableHandle echo = deploy("echo");
        assertEquals(1, engine.metrics().prelinkedComponents());
        callOnce(echo);
        callOnce(echo);
        assertEquals(1, cache.metrics().loads());
        Artifact artifact = store.artifact(new ArtifactKey(echo.component(), engine.fingerprint()))
                .orElseThrow();
        assertTrue(artifact.description().componentized());
        assertTrue(artifact.description().exports().stream().anyMatch(line -> line.contains("mayfly:function")));
    }

    @Test
    void aTableRetiredDuringACallIsFreedWhenTheCallEnds() throws Exception {
        TableHandle probe = deploy("probe");
        FunctionTable table = acquire(probe);
        try (EngineCall call = new EngineCall("/spin")) {
            assertEquals(Status.YIELD, call.frame.begin(table.prelinked()));
            probe.close();
            assertEquals(1, engine.metrics().prelinkedComponents());
            assertEquals(Status.YIELD, call.frame.resume());
            call.frame.cancel();
        }
        assertEquals(1, engine.metrics().prelinkedComponents());
        table.release();
        assertEquals(0, engine.metrics().prelinkedComponents());
    }

    @Test
    void aDamagedArtifactIsCompiledAgainAndRuns() throws Exception {
        TableHandle echo = cache.open(compiler.compile(upload("echo")).key().component());
        ArtifactKey key = new ArtifactKey(echo.component(), engine.fingerprint());
        StoredThings.damage(store.artifact(key).orElseThrow().file());
        callOnce(echo);
        assertEquals(1, cache.metrics().recompilations());
        assertTrue(store.artifact(key).isPresent());
    }

    @Test
    void anArtifactOfAnotherPoolIsCompiledAgainAndRuns() throws Exception {
        Digest component = upload("echo");
        ArtifactKey key = new ArtifactKey(component, engine.fingerprint());
        Compiler other = Compiler.withDefaultLimits(CONFIG.withMemoryBytesMax(16 << 20));
        // Under our name, with a digest that is right: only the engine can tell.
        store.putArtifact(key, output -> other.compile(store.component(component), output));
        callOnce(cache.open(component));
        assertEquals(1, cache.metrics().recompilations());
    }

    @Test
    void whatIsNoArtifactAtAllIsCompiledAgainAndRuns() throws Exception {
        Digest component = upload("echo");
        StoredThings.putArtifact(store, new ArtifactKey(component, engine.fingerprint()), "not machine code");
        callOnce(cache.open(component));
        assertEquals(1, cache.metrics().recompilations());
    }

    @Test
    void missingImportsAreNamedAndNothingStaysLoaded() throws Exception {
        TableHandle unknown =
                cache.open(compiler.compile(upload("bad/unknown-imports")).key().component());
        var missing =
                assertThrows(MayflyException.MissingImports.class, () -> unknown.load(System.nanoTime() + MINUTE_NS));
        assertTrue(missing.imports().size() >= 3, missing.imports().toString());
        assertEquals(0, engine.metrics().prelinkedComponents());
    }

    @Test
    void whatIsNoComponentIsRefusedByTheCompiler() throws Exception {
        for (String bad : List.of("empty", "header-only", "no-abi", "text", "truncated")) {
            Digest component = upload("bad/" + bad);
            assertThrows(MayflyException.Invalid.class, () -> compiler.compile(component), bad);
        }
    }

    @Test
    void moreFunctionsThanMayBeLoadedTakeTurns() throws Exception {
        List<TableHandle> handles = new ArrayList<>();
        for (String guest : List.of("echo", "state", "tables", "traps", "wasi", "hello")) {
            handles.add(deploy(guest));
        }
        for (int round = 0; round < 20; round++) {
            for (TableHandle handle : handles) {
                acquire(handle).release(System.nanoTime());
            }
        }
        assertEquals(4, engine.metrics().prelinkedComponents());
        assertTrue(cache.metrics().evictions() > 20, cache.metrics().toString());
        callOnce(handles.getFirst());
    }

    @Test
    void aFreedTableLeavesNoMappingAndNoOpenFile() throws Exception {
        assumeTrue(Files.isReadable(Path.of("/proc/self/maps")), "only Linux lists mappings");
        TableHandle echo = deploy("echo");
        callOnce(echo);
        assertEquals(
                1,
                linesOf("/proc/self/maps", echo.component())
                        .filter(line -> line.contains("r-x"))
                        .count());
        echo.close();
        assertEquals(0, linesOf("/proc/self/maps", echo.component()).count());
    }

    /** Lines that name the component's artifact. */
    private static Stream<String> linesOf(String file, Digest component) throws IOException {
        return Files.readAllLines(Path.of(file)).stream().filter(line -> line.contains(component.hex()));
    }

    @Test
    void aCancelledCompilationEndsItsProcess() throws Exception {
        Digest component = upload("thumbnail");
        try (ExecutorService executor = Executors.newSingleThreadExecutor()) {
            Future<Artifact> deployment = executor.submit(() -> compiler.compile(component));
            await(() -> compilerProcesses() == 1);
            deployment.cancel(true);
            await(() -> compilerProcesses() == 0);
        }
        assertEquals(0, compiler.jobCount());
        assertFalse(
                store.artifact(new ArtifactKey(component, engine.fingerprint())).isPresent());
    }

    private static long compilerProcesses() {
        return ProcessHandle.current()
                .descendants()
                .filter(process -> process.info().command().orElse("").endsWith("mayfly-compiler"))
                .count();
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long deadlineNs = System.nanoTime() + MINUTE_NS;
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadlineNs, "waited in vain");
            Thread.sleep(1);
        }
    }
}
