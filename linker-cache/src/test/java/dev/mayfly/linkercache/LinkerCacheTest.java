package dev.mayfly.linkercache;

import static dev.mayfly.linkercache.StoredThings.ENGINE;
import static dev.mayfly.linkercache.StoredThings.damage;
import static dev.mayfly.linkercache.StoredThings.putArtifact;
import static dev.mayfly.linkercache.StoredThings.upload;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.engine.ComponentDescription;
import dev.mayfly.engine.MayflyException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The cache over a real store; only the engine's two acts, compiling and mapping, are stood in for. */
@Timeout(60)
class LinkerCacheTest {
    private static final long SECOND_NS = 1_000_000_000;
    private static final String FOREIGN = "foreign machine code";

    @TempDir
    Path folder;

    /** What the engine has mapped: text of the artifact -> how often. */
    private final Map<String, AtomicInteger> mapped = new ConcurrentHashMap<>();

    private final AtomicInteger loads = new AtomicInteger();
    private final AtomicInteger compilations = new AtomicInteger();
    private final AtomicInteger mappedNow = new AtomicInteger();
    private final AtomicInteger mappedMost = new AtomicInteger();

    private FolderArtifactStore store;
    private ComponentCompiler compiler;
    private LinkerCache cache;

    @BeforeEach
    void open() {
        store = FolderArtifactStore.open(folder, new UnflushedDisk());
        compiler = new ComponentCompiler(this::compile, ENGINE, store, 1, 10);
        cache = cacheOf(3);
    }

    /** Flushing is the store's tests' concern; here it would take most of the time. */
    private static final class UnflushedDisk extends Disk {
        @Override
        void sync(FileChannel file) {}

        @Override
        void sync(Path folder) {}
    }

    private LinkerCache cacheOf(int tableCountMax) {
        return new LinkerCache(this::load, ENGINE, store, compiler, tableCountMax);
    }

    @AfterEach
    void nothingStaysMapped() throws InterruptedException {
        cache.close();
        assertTrue(cache.awaitAllFreed(Duration.ofSeconds(10)));
        compiler.close();
        assertEquals(0, mappedNow.get());
        assertEquals(0, cache.metrics().loaded());
        assertEquals(0, cache.metrics().retiredWaiting());
    }

    private ComponentDescription compile(Path input, Path output) {
        compilations.incrementAndGet();
        try {
            return StoredThings.write(output, "machine code of " + Files.readString(input));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Like the engine, it refuses what is not for it, and would believe anything else. */
    private AutoCloseable load(Path artifact) {
        loads.incrementAndGet();
        String code;
        try {
            code = StoredThings.code(artifact);
        } catch (IOException e) {
            throw new MayflyException.Internal("mapping: " + e, e);
        }
        if (code.equals(FOREIGN)) {
            throw new MayflyException.IncompatibleArtifact("made by another engine");
        }
        AtomicInteger count = mapped.computeIfAbsent(code, any -> new AtomicInteger());
        count.incrementAndGet();
        mappedMost.accumulateAndGet(mappedNow.incrementAndGet(), Math::max);
        return () -> {
            count.decrementAndGet();
            mappedNow.decrementAndGet();
        };
    }

    private boolean isMapped(String component) {
        AtomicInteger count = mapped.get("machine code of " + component);
        return count != null && count.get() > 0;
    }

    /** A deployed function's handle. */
    private TableHandle deploy(String component) {
        Digest digest = upload(store, component);
        putArtifact(store, digest, "machine code of " + component);
        return cache.open(digest);
    }

    private static FunctionTable acquire(TableHandle handle) {
        return Objects.requireNonNull(handle.acquire(10 * SECOND_NS), "the handle is closed");
    }

    private static void call(TableHandle handle, long atSecond) {
        acquire(handle).release(atSecond * SECOND_NS);
    }

    private static void await(BooleanSupplier condition) {
        long deadlineNs = System.nanoTime() + 20 * SECOND_NS;
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadlineNs, "waited in vain");
            Thread.onSpinWait();
        }
    }

    @Test
    void theFirstCallLoadsAndTheNextFindsItLoaded() {
        TableHandle hello = deploy("hello");
        assertFalse(isMapped("hello"));
        FunctionTable first = acquire(hello);
        FunctionTable second = acquire(hello);
        assertSame(first, second);
        assertTrue(isMapped("hello"));
        first.release();
        second.release();
        assertTrue(isMapped("hello"));
        assertEquals(1, cache.metrics().loads());
        assertEquals(1, cache.metrics().misses());
        assertEquals(1, cache.metrics().loaded());
    }

    @Test
    void aCallsReferenceCostsNoAllocation() {
        TableHandle hello = deploy("hello");
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long perRound = Long.MAX_VALUE;
        // The first rounds are interpreted, and what the compiler is still to remove is not counted against us.
        for (int round = 0; round < 50 && perRound > 0; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 10_000; i++) {
                acquire(hello).release(SECOND_NS);
            }
            perRound = threads.getCurrentThreadAllocatedBytes() - before;
        }
        assertEquals(0, perRound);
    }

    @Test
    void aTableCanBeLoadedBeforeItsFirstCall() {
        TableHandle hello = deploy("hello");
        hello.load(System.nanoTime() + SECOND_NS);
        assertTrue(isMapped("hello"));
        call(hello, 1);
        assertEquals(1, loads.get());
    }

    @Test
    void whoeverOpensTheSameComponentSharesItsTable() {
        TableHandle one = deploy("hello");
        TableHandle other = deploy("hello");
        call(one, 1);
        call(other, 1);
        assertEquals(1, loads.get());
        one.close();
        call(other, 2);
        assertEquals(1, loads.get());
        other.close();
        assertFalse(isMapped("hello"));
    }

    @Test
    void theLeastRecentlyUsedMakesRoom() {
        TableHandle a = deploy("a");
        TableHandle b = deploy("b");
        TableHandle c = deploy("c");
        call(a, 1);
        call(b, 2);
        call(c, 3);
        call(a, 4);
        call(deploy("d"), 5);
        assertFalse(isMapped("b"));
        call(deploy("e"), 6);
        assertFalse(isMapped("c"));
        assertTrue(isMapped("a"));
        assertEquals(2, cache.metrics().evictions());
        assertEquals(3, cache.metrics().loaded());
    }

    @Test
    void anEvictedTableIsLoadedAgainByTheNextCall() {
        TableHandle a = deploy("a");
        call(a, 1);
        for (int i = 0; i < 3; i++) {
            call(deploy("other " + i), 2 + i);
        }
        assertFalse(isMapped("a"));
        call(a, 9);
        assertTrue(isMapped("a"));
        assertEquals(0, compilations.get());
    }

    @Test
    void aTableInUseIsNotEvictedHoweverLongAgoItsCallBegan() {
        TableHandle old = deploy("old");
        FunctionTable table = acquire(old);
        for (int i = 0; i < 10; i++) {
            call(deploy("other " + i), 2 + i);
        }
        assertTrue(isMapped("old"));
        assertEquals(0, cache.metrics().retiredWaiting());
        table.release(SECOND_NS);
        call(deploy("one more"), 20);
        assertFalse(isMapped("old"));
    }

    @Test
    void whenAllAreInUseTheNextIsRefusedByTheLimitsName() {
        List<FunctionTable> open = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            open.add(acquire(deploy("busy " + i)));
        }
        TableHandle next = deploy("next");
        var refused = assertThrows(MayflyException.Unavailable.class, () -> call(next, 2));
        assertTrue(refused.safeMessage().contains("loaded-tables-max=3"), refused.safeMessage());
        open.getFirst().release();
        // Refused is not failed: it is tried again at once.
        call(next, 2);
        open.get(1).release();
        open.get(2).release();
    }

    @Test
    void ofManyTablesTheOldestGoInOneGoAndTheNextOnesBeforeACallNeedsTheirRoom() {
        cache.close();
        cache = cacheOf(256);
        for (int i = 0; i < 256; i++) {
            call(deploy("function " + i), 1_000 - i);
        }
        // All of them have room.
        assertEquals(0, cache.metrics().evictions());
        call(deploy("one more"), 2_000);
        // A 64th of them is 4: those used longest ago, which are the last ones here.
        assertEquals(4, cache.metrics().evictions());
        call(deploy("the next"), 2_000);
        await(() -> cache.metrics().evictions() == 8);
        for (int i = 0; i < 256; i++) {
            assertEquals(i < 248, isMapped("function " + i), "function " + i);
        }
    }

    @Test
    void whereLoadsComeFasterThanRoomIsMadeTheBoundHolds() throws Exception {
        cache.close();
        cache = cacheOf(256);
        List<TableHandle> handles =
                IntStream.range(0, 1_000).mapToObj(i -> deploy("function " + i)).toList();
        Thread[] threads = new Thread[4];
        for (int thread = 0; thread < threads.length; thread++) {
            int first = thread;
            threads[thread] = Thread.ofPlatform().start(() -> {
                for (int i = first; i < 4 * handles.size(); i += threads.length) {
                    call(handles.get(i % handles.size()), i);
                }
            });
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertTrue(mappedMost.get() <= 256, "mapped at once: " + mappedMost.get());
        assertTrue(
                cache.metrics().evictions() > 1_000,
                "evictions=" + cache.metrics().evictions());
    }

    @Test
    void aClosedHandleGivesNoTable() {
        TableHandle hello = deploy("hello");
        call(hello, 1);
        hello.close();
        assertNull(hello.acquire(SECOND_NS));
        assertFalse(isMapped("hello"));
        hello.close();
        assertNotSame(hello, cache.open(hello.component()));
    }

    @Test
    void theTableOfAClosedHandleIsFreedWithItsLastCall() {
        TableHandle hello = deploy("hello");
        FunctionTable first = acquire(hello);
        FunctionTable second = acquire(hello);
        hello.close();
        assertEquals(1, cache.metrics().retiredWaiting());
        assertEquals(0, cache.metrics().loaded());
        first.release();
        assertTrue(isMapped("hello"));
        second.release();
        assertFalse(isMapped("hello"));
        assertEquals(0, cache.metrics().retiredWaiting());
    }

    @Test
    void retiredTablesCountUntilTheyAreFreed() {
        TableHandle old = deploy("old");
        FunctionTable open = acquire(old);
        old.close();
        TableHandle b = deploy("b");
        TableHandle c = deploy("c");
        call(b, 2);
        call(c, 3);
        call(deploy("d"), 4);
        assertFalse(isMapped("b"));
        assertEquals(3, mappedNow.get());
        open.release();
    }

    @Test
    void aMissingArtifactIsCompiled() {
        TableHandle hello = cache.open(upload(store, "hello"));
        call(hello, 1);
        assertTrue(isMapped("hello"));
        assertEquals(1, compilations.get());
        assertEquals(0, cache.metrics().recompilations());
    }

    @Test
    void aDamagedArtifactIsCompiledAgainAndNeverLoaded() {
        TableHandle hello = deploy("hello");
        Path file = store.artifact(new ArtifactKey(hello.component(), ENGINE))
                .orElseThrow()
                .file();
        damage(file);
        call(hello, 1);
        assertEquals(1, loads.get());
        assertTrue(isMapped("hello"));
        assertEquals(1, compilations.get());
        assertEquals(1, cache.metrics().recompilations());
        assertTrue(store.artifact(new ArtifactKey(hello.component(), ENGINE)).isPresent());
    }

    @Test
    void anArtifactDamagedWhileItsTableWasEvictedIsCompiledAgain() {
        TableHandle hello = deploy("hello");
        call(hello, 1);
        for (int i = 0; i < 3; i++) {
            call(deploy("other " + i), 2 + i);
        }
        damage(store.artifact(new ArtifactKey(hello.component(), ENGINE))
                .orElseThrow()
                .file());
        call(hello, 9);
        assertEquals(1, compilations.get());
    }

    @Test
    void anArtifactThatTheEngineRefusesIsCompiledAgain() {
        Digest component = upload(store, "hello");
        putArtifact(store, component, FOREIGN);
        call(cache.open(component), 1);
        assertEquals(1, compilations.get());
        assertTrue(isMapped("hello"));
    }

    @Test
    void anArtifactCopiedFromAnotherFunctionIsCompiledAgain() throws IOException {
        TableHandle hello = deploy("hello");
        TableHandle other = deploy("other");
        Files.copy(fileOf(other), fileOf(hello), StandardCopyOption.REPLACE_EXISTING);
        call(hello, 1);
        assertTrue(isMapped("hello"));
        assertFalse(isMapped("other"));
    }

    private Path fileOf(TableHandle handle) {
        return folder.resolve(FolderArtifactStore.ARTIFACTS)
                .resolve(Digest.of(ENGINE).hex())
                .resolve(handle.component().hex());
    }

    @Test
    void aComponentThatIsGoneIsReportedOnceASecondAndTriedAgainOnDemand() throws Exception {
        TableHandle gone = cache.open(Digest.of("gone"));
        var first = assertThrows(MayflyException.NotFound.class, () -> gone.acquire(SECOND_NS));
        // A storm of calls does not become a storm of compilations.
        assertSame(first, assertThrows(MayflyException.NotFound.class, () -> gone.acquire(SECOND_NS)));
        Thread.sleep(1_100);
        assertNotSame(first, assertThrows(MayflyException.NotFound.class, () -> gone.acquire(SECOND_NS)));
        upload(store, "gone");
        gone.load(System.nanoTime() + 10 * SECOND_NS);
        assertTrue(isMapped("gone"));
        assertEquals(2, cache.metrics().failures());
    }

    @Test
    void failedLoadsTakeNoRoom() {
        for (int i = 0; i < 10; i++) {
            TableHandle gone = cache.open(Digest.of("gone " + i));
            assertThrows(MayflyException.NotFound.class, () -> call(gone, 1));
        }
        for (int i = 0; i < 3; i++) {
            call(deploy("function " + i), 2);
        }
        assertEquals(0, cache.metrics().evictions());
    }

    @Test
    void oneThreadLoadsAndTheOthersWait() throws Exception {
        TableHandle hello = deploy("hello");
        int callers = 8;
        CountDownLatch start = new CountDownLatch(callers);
        try (ExecutorService executor = Executors.newFixedThreadPool(callers)) {
            List<Future<FunctionTable>> all = new ArrayList<>();
            for (int i = 0; i < callers; i++) {
                all.add(executor.submit(() -> {
                    start.countDown();
                    start.await();
                    return acquire(hello);
                }));
            }
            for (Future<FunctionTable> caller : all) {
                caller.get().release();
            }
        }
        assertEquals(1, loads.get());
    }

    @Test
    void aCallThatMayNotWaitForTheCompilationIsToldToComeBack() throws Exception {
        Semaphore mayEnd = new Semaphore(0);
        try (var slow = new ComponentCompiler(
                (input, output) -> {
                    mayEnd.acquire();
                    return compile(input, output);
                },
                ENGINE,
                store,
                1,
                0)) {
            cache = new LinkerCache(this::load, ENGINE, store, slow, 3);
            TableHandle hello = cache.open(upload(store, "hello"));
            for (int i = 0; i < 2; i++) {
                var refused = assertThrows(MayflyException.Unavailable.class, () -> hello.acquire(SECOND_NS / 100));
                assertTrue(refused.retryAfter().isPositive());
            }
            // Others are not held up by it.
            call(deploy("other"), 1);
            mayEnd.release();
            await(() ->
                    store.artifact(new ArtifactKey(hello.component(), ENGINE)).isPresent());
            call(hello, 2);
            assertEquals(1, compilations.get());
        }
    }

    @Test
    void aHandleClosedWhileItsTableIsBeingLoadedLeavesNothing() throws Exception {
        Digest component = upload(store, "hello");
        CountDownLatch compiling = new CountDownLatch(1);
        CountDownLatch mayEnd = new CountDownLatch(1);
        try (var slow = new ComponentCompiler(
                        (input, output) -> {
                            compiling.countDown();
                            mayEnd.await();
                            return compile(input, output);
                        },
                        ENGINE,
                        store,
                        1,
                        0);
                ExecutorService executor = Executors.newSingleThreadExecutor()) {
            cache = new LinkerCache(this::load, ENGINE, store, slow, 3);
            TableHandle hello = cache.open(component);
            Future<FunctionTable> caller = executor.submit(() -> acquire(hello));
            compiling.await();
            hello.close();
            mayEnd.countDown();
            FunctionTable table = caller.get();
            assertTrue(isMapped("hello"), "the call that was on its way has its table");
            table.release();
            assertFalse(isMapped("hello"));
        }
    }

    @Test
    void aClosedCacheGivesNothingAndWaitsForTheLastCall() throws Exception {
        TableHandle hello = deploy("hello");
        FunctionTable open = acquire(hello);
        cache.close();
        assertNull(hello.acquire(0));
        assertThrows(IllegalStateException.class, () -> cache.open(Digest.of("hello")));
        assertFalse(cache.awaitAllFreed(Duration.ofMillis(1)));
        open.release();
        assertTrue(cache.awaitAllFreed(Duration.ofMillis(1)));
    }

    @Test
    void aBoundBelowOneIsRefused() {
        assertThrows(MayflyException.Invalid.class, () -> cacheOf(0));
    }

    /**
     * Calls to more functions than may be loaded, while functions are redeployed: the bound holds and nothing is lost.
     */
    @Test
    void hammered_theBoundHoldsAndEveryCallHasATableThatIsMapped() throws Exception {
        int functions = 12;
        int callers = 4;
        cache = cacheOf(6);
        List<Digest> components = new ArrayList<>();
        TableHandle[] handles = new TableHandle[functions];
        for (int i = 0; i < functions; i++) {
            handles[i] = deploy("function " + i);
            components.add(handles[i].component());
        }
        try (ExecutorService executor = Executors.newFixedThreadPool(callers + 1)) {
            List<Future<Integer>> ends = new ArrayList<>();
            for (int c = 0; c < callers; c++) {
                Random random = new Random(c);
                ends.add(executor.submit(() -> {
                    int closedOnes = 0;
                    for (int i = 0; i < 4_000; i++) {
                        int function = random.nextInt(functions);
                        TableHandle handle;
                        synchronized (handles) {
                            handle = handles[function];
                        }
                        FunctionTable table = handle.acquire(20 * SECOND_NS);
                        if (table == null) {
                            closedOnes++;
                            continue;
                        }
                        if (!isMapped("function " + function)) {
                            throw new AssertionError("not mapped: function " + function);
                        }
                        table.release(System.nanoTime());
                    }
                    return closedOnes;
                }));
            }
            Future<?> redeployer = executor.submit(() -> {
                for (int i = 0; i < 500; i++) {
                    int function = i % functions;
                    TableHandle old;
                    synchronized (handles) {
                        old = handles[function];
                        handles[function] = cache.open(components.get(function));
                    }
                    // The last one: the new handle may be the same object.
                    old.close();
                }
            });
            for (Future<Integer> end : ends) {
                assertNotNull(end.get());
            }
            redeployer.get();
        }
        LinkerCacheMetrics metrics = cache.metrics();
        assertTrue(mappedMost.get() <= 6, "mapped at once: " + mappedMost);
        assertEquals(0, metrics.failures());
        assertEquals(0, metrics.retiredWaiting());
        assertTrue(metrics.evictions() > 100, "evictions=" + metrics.evictions());
        assertEquals(mappedNow.get(), metrics.loaded());
        assertEquals(loads.get(), metrics.loads());
    }
}
