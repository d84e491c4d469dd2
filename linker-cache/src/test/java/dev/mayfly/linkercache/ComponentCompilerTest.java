package dev.mayfly.linkercache;

import static dev.mayfly.linkercache.StoredThings.ENGINE;
import static dev.mayfly.linkercache.StoredThings.damage;
import static dev.mayfly.linkercache.StoredThings.upload;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.engine.ComponentDescription;
import dev.mayfly.engine.MayflyException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class ComponentCompilerTest {
    private static final long FAR_NS = Duration.ofMinutes(1).toNanos();

    @TempDir
    Path folder;

    private final ExecutorService callers = Executors.newCachedThreadPool();
    private final AtomicInteger started = new AtomicInteger();
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicInteger runningMost = new AtomicInteger();
    private final AtomicInteger stopped = new AtomicInteger();

    /** Each compilation needs one to come to its end. */
    private final Semaphore mayEnd = new Semaphore(0);

    private FolderArtifactStore store;
    private ComponentCompiler compiler;

    @BeforeEach
    void open() {
        store = FolderArtifactStore.open(folder);
        compiler = new ComponentCompiler(this::compile, ENGINE, store, 2, 3);
    }

    @AfterEach
    void close() {
        compiler.close();
        callers.shutdownNow();
    }

    private ComponentDescription compile(Path input, Path output) throws InterruptedException {
        started.incrementAndGet();
        runningMost.accumulateAndGet(running.incrementAndGet(), Math::max);
        try {
            mayEnd.acquire();
        } catch (InterruptedException e) {
            stopped.incrementAndGet();
            throw e;
        } finally {
            running.decrementAndGet();
        }
        return StoredThings.write(output, "compiled");
    }

    private Future<Artifact> compileInBackground(Digest component) {
        return callers.submit(() -> compiler.compile(component));
    }

    private static void await(BooleanSupplier condition) {
        long deadlineNs = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadlineNs, "waited in vain");
            Thread.onSpinWait();
        }
    }

    private static MayflyException failure(Future<Artifact> caller) {
        var failure = assertThrows(ExecutionException.class, caller::get);
        return (MayflyException) Objects.requireNonNull(failure.getCause());
    }

    @Test
    void whatIsCompiledIsStored() throws Exception {
        Digest component = upload(store, "hello");
        mayEnd.release();
        Artifact artifact = compiler.compile(component);
        assertEquals(Optional.of(artifact), store.artifact(new ArtifactKey(component, ENGINE)));
        assertEquals(0, compiler.jobCount());
    }

    @Test
    void whatIsStoredIsNotCompiledAgain() throws Exception {
        Digest component = upload(store, "hello");
        mayEnd.release();
        assertEquals(compiler.compile(component), compiler.compile(component));
        assertEquals(1, started.get());
    }

    @Test
    void whatIsStoredAndDamagedIsCompiledAgain() throws Exception {
        Digest component = upload(store, "hello");
        mayEnd.release(2);
        Artifact artifact = compiler.compile(component);
        damage(artifact.file());
        assertEquals(artifact, compiler.compile(component));
        assertEquals(2, started.get());
        assertTrue(store.artifact(artifact.key()).isPresent());
    }

    @Test
    void callersWhoAskForTheSameShareOneCompilation() throws Exception {
        Digest component = upload(store, "hello");
        List<Future<Artifact>> all = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            all.add(compileInBackground(component));
        }
        await(() -> started.get() == 1);
        mayEnd.release();
        for (Future<Artifact> caller : all) {
            assertEquals(component, caller.get().key().component());
        }
        assertEquals(1, started.get());
    }

    @Test
    void onlySoManyRunAtOnceAndSoManyWait() throws Exception {
        List<Future<Artifact>> all = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            all.add(compileInBackground(upload(store, "component " + i)));
        }
        await(() -> compiler.jobCount() == 5 && running.get() == 2);
        Digest oneTooMany = upload(store, "one too many");
        var refused = assertThrows(MayflyException.Unavailable.class, () -> compiler.compile(oneTooMany));
        assertTrue(refused.safeMessage().contains("compile-waiting-max"), refused.safeMessage());
        assertTrue(refused.retryAfter().isPositive());
        mayEnd.release(5);
        for (Future<Artifact> caller : all) {
            caller.get();
        }
        assertEquals(2, runningMost.get());
    }

    @Test
    void aRefusalReachesEveryCallerAndTheNextTriesAgain() throws Exception {
        Digest component = upload(store, "hello");
        var refusal = new MayflyException.Invalid("not a component");
        CountDownLatch joined = new CountDownLatch(1);
        AtomicInteger attempts = new AtomicInteger();
        try (var refusing = new ComponentCompiler(
                (input, output) -> {
                    attempts.incrementAndGet();
                    joined.await();
                    throw refusal;
                },
                ENGINE,
                store,
                1,
                0)) {
            Future<Artifact> first = callers.submit(() -> refusing.compile(component));
            await(() -> attempts.get() == 1);
            Future<Artifact> second = callers.submit(() -> refusing.compile(component));
            await(() -> refusing.waiting(component) == 2);
            joined.countDown();
            assertSame(refusal, failure(first));
            assertSame(refusal, failure(second));
            assertThrows(MayflyException.Invalid.class, () -> refusing.compile(component));
            assertEquals(2, attempts.get());
        }
    }

    @Test
    void aComponentThatIsNotStoredIsNotFound() {
        assertThrows(MayflyException.NotFound.class, () -> compiler.compile(Digest.of("nothing")));
    }

    @Test
    void whenTheLastCallerLeavesTheCompilationIsStopped() throws Exception {
        Digest component = upload(store, "hello");
        Future<Artifact> first = compileInBackground(component);
        Future<Artifact> second = compileInBackground(component);
        await(() -> compiler.waiting(component) == 2 && running.get() == 1);
        first.cancel(true);
        await(() -> compiler.waiting(component) == 1);
        assertEquals(0, stopped.get());
        second.cancel(true);
        await(() -> stopped.get() == 1 && running.get() == 0);
        assertEquals(0, compiler.jobCount());
        // And a stopped one is in nobody's way.
        mayEnd.release();
        assertEquals(component, compiler.compile(component).key().component());
    }

    @Test
    void aCallerWhoMayNotWaitLeavesTheCompilationRunning() {
        Digest component = upload(store, "hello");
        long soon = System.nanoTime() + 1_000_000;
        assertThrows(MayflyException.Unavailable.class, () -> compiler.await(component, soon));
        await(() -> running.get() == 1);
        mayEnd.release();
        assertEquals(
                component,
                compiler.await(component, System.nanoTime() + FAR_NS).key().component());
        assertEquals(1, started.get());
        assertEquals(0, stopped.get());
    }

    @Test
    void closingStopsWhatRuns() {
        Future<Artifact> caller = compileInBackground(upload(store, "hello"));
        await(() -> running.get() == 1);
        compiler.close();
        assertEquals(1, stopped.get());
        assertEquals(MayflyException.Unavailable.class, failure(caller).getClass());
        assertThrows(MayflyException.Unavailable.class, () -> compiler.compile(Digest.of("hello")));
    }

    @Test
    void aBugOfOursIsReportedAsOne() {
        Digest component = upload(store, "hello");
        try (var broken = new ComponentCompiler(
                (input, output) -> {
                    throw new IllegalStateException("a bug");
                },
                ENGINE,
                store,
                1,
                0)) {
            assertThrows(MayflyException.Internal.class, () -> broken.compile(component));
        }
    }

    @Test
    void settingsOutOfRangeAreRefused() {
        assertThrows(MayflyException.Invalid.class, () -> new ComponentCompiler(this::compile, ENGINE, store, 0, 0));
        assertThrows(MayflyException.Invalid.class, () -> new ComponentCompiler(this::compile, ENGINE, store, 1, -1));
    }
}
