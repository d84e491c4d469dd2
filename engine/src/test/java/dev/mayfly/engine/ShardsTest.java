package dev.mayfly.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An engine has a shard for each core; a function is in one of them at first, and in others once it is called there. */
class ShardsTest {
    private static final int INSTANCES = 8;

    @TempDir
    private Path folder;

    private Engine engine;
    private PrelinkedComponent probe;

    @BeforeEach
    void open() throws Exception {
        engine = Engine.open(
                EngineConfig.defaults().withInstanceCountMax(INSTANCES).withMemoryBytesMax(64L << 20));
        probe = engine.prelink(compile("probe"));
    }

    @AfterEach
    void nothingIsLeft() {
        EngineMetrics metrics = engine.metrics();
        assertEquals(0, metrics.componentInstances(), metrics::toString);
        assertEquals(0, metrics.memories(), metrics::toString);
        assertEquals(0, metrics.stacks(), metrics::toString);
        probe.close();
        assertEquals(0, engine.metrics().prelinkedComponents());
        engine.close();
    }

    private Path compile(String name) throws InterruptedException {
        Path artifact = folder.resolve(name + ".artifact");
        Compiler.withDefaultLimits(engine.config()).compile(Guests.wasm(name), artifact);
        return artifact;
    }

    /** Begins endless calls until no more begin. */
    private List<TestCall> fill() {
        List<TestCall> open = new ArrayList<>();
        while (true) {
            TestCall call = new TestCall();
            call.begin("/spin", "");
            if (call.frame.begin(probe) != Status.YIELD) {
                call.close();
                return open;
            }
            open.add(call);
        }
    }

    @Test
    void oneFunctionMayHaveTheInstancesOfAllShards() {
        List<TestCall> open = fill();
        assertEquals(INSTANCES, open.size());
        assertEquals(INSTANCES, engine.metrics().componentInstances());
        open.forEach(TestCall::close);
    }

    @Test
    void callsFromEveryCoreAreAnswered() throws Exception {
        expectAnswersOnEveryCore();
    }

    private void expectAnswersOnEveryCore() throws Exception {
        int threads = 4;
        try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
            List<Callable<Void>> callers = new ArrayList<>();
            for (int thread = 0; thread < threads; thread++) {
                callers.add(() -> {
                    for (int i = 0; i < 500; i++) {
                        expectAnswer();
                    }
                    return null;
                });
            }
            for (Future<Void> caller : executor.invokeAll(callers)) {
                caller.get();
            }
        }
    }

    @Test
    void whenItsArtifactIsGoneAFunctionStaysWhereItIs() throws Exception {
        Files.delete(folder.resolve("probe.artifact"));
        List<TestCall> open = fill();
        assertTrue(!open.isEmpty(), "its first shard has room for it");
        open.forEach(TestCall::close);
        expectAnswer();
    }

    @Test
    void anotherArtifactInItsPlaceIsNeverRun() throws Exception {
        Files.move(compile("tables"), folder.resolve("probe.artifact"), StandardCopyOption.REPLACE_EXISTING);
        List<TestCall> open = fill();
        // Where the machine has one core there is one shard, and the first call has filled it.
        open.removeFirst().close();
        expectAnswer();
        open.forEach(TestCall::close);
        expectAnswersOnEveryCore();
    }

    private void expectAnswer() {
        try (TestCall call = new TestCall()) {
            assertEquals(Status.DONE, call.call(probe, "/reverse", "mayfly", 1000), call.frame::message);
            assertEquals("ylfyam", call.responseBody());
        }
    }
}
