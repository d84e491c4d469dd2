package dev.mayfly.linkercache;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.engine.CodePack;
import dev.mayfly.engine.MayflyException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CodePacksTest {
    private static final String ENGINE = "engine 1";

    @TempDir
    Path folder;

    private CodePacks packs;

    @BeforeEach
    void open() {
        packs = CodePacks.open(folder, ENGINE, 1000);
    }

    /** A compilation that leaves so many bytes. */
    private void compile(String owner, int bytes) throws InterruptedException {
        packs.use(owner, pack -> write(pack.output(), bytes));
    }

    private static Path write(Path file, int bytes) {
        try {
            return Files.write(file, new byte[bytes]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How many bytes the next compilation finds; -1 = there is no pack. */
    private long found(String owner) throws InterruptedException {
        return packs.use(owner, CodePacksTest::size);
    }

    private static long size(CodePack pack) {
        return Files.exists(pack.input()) ? pack.input().toFile().length() : -1;
    }

    private Set<String> files() throws IOException {
        try (var walk = Files.walk(folder)) {
            return walk.filter(Files::isRegularFile)
                    .map(file -> String.valueOf(file.getFileName()))
                    .collect(Collectors.toSet());
        }
    }

    @Test
    void anOwnerFindsWhatItsLastCompilationLeftAndNoOtherDoes() throws Exception {
        assertEquals(-1, found("main/one"));
        compile("main/one", 100);
        compile("main/one", 120);
        assertEquals(120, found("main/one"));
        assertEquals(-1, found("other/one"));
        open();
        assertEquals(120, found("main/one"));
        assertEquals(120, packs.bytes());
    }

    @Test
    void whatACompilationFoundItDoesNotWriteTo() throws Exception {
        compile("main/one", 100);
        packs.use("main/one", pack -> {
            assertFalse(pack.input().equals(pack.output()));
            assertFalse(Files.exists(pack.output()));
            write(pack.output(), 120);
            assertEquals(100, size(pack));
            return pack;
        });
        assertEquals(120, found("main/one"));
    }

    @Test
    void aFailedCompilationLeavesWhatWasThere() throws Exception {
        compile("main/one", 100);
        assertThrows(
                MayflyException.Invalid.class,
                () -> packs.use("main/one", pack -> {
                    write(pack.output(), 50);
                    throw new MayflyException.Invalid("no component");
                }));
        assertEquals(100, found("main/one"));
        assertEquals(Set.of(Digest.of("main/one").hex()), files());
    }

    @Test
    void whatAKilledHostLeftHalfWrittenGoes() throws Exception {
        compile("main/one", 100);
        Files.write(folder.resolve("drafts").resolve("half"), new byte[50]);
        open();
        assertEquals(Set.of(Digest.of("main/one").hex()), files());
    }

    @Test
    void theLeastRecentlyUsedGoPastTheBound() throws Exception {
        compile("main/one", 400);
        compile("main/two", 400);
        assertEquals(400, found("main/one"));
        compile("main/three", 400);
        assertEquals(-1, found("main/two"));
        assertEquals(400, found("main/one"));
        assertEquals(400, found("main/three"));
        assertEquals(800, packs.bytes());
        compile("main/huge", 1001);
        assertEquals(0, packs.bytes());
        assertEquals(Set.of(), files());
    }

    @Test
    void aRestartKnowsWhichWereUsedLast() throws Exception {
        for (String owner : List.of("main/one", "main/two", "main/three")) {
            compile(owner, 300);
        }
        Path engine = folder.resolve(Digest.of(ENGINE).hex());
        Instant now = Instant.now();
        Files.setLastModifiedTime(engine.resolve(Digest.of("main/one").hex()), FileTime.from(now.minusSeconds(60)));
        Files.setLastModifiedTime(engine.resolve(Digest.of("main/two").hex()), FileTime.from(now.minusSeconds(90)));
        found("main/two");
        packs = CodePacks.open(folder, ENGINE, 600);
        assertEquals(-1, found("main/one"));
        assertEquals(300, found("main/two"));
        assertEquals(300, found("main/three"));
    }

    @Test
    void anotherEnginesGo() throws Exception {
        compile("main/one", 100);
        packs = CodePacks.open(folder, "engine 2", 1000);
        assertEquals(-1, found("main/one"));
        assertEquals(Set.of(), files());
    }

    @Test
    void aRemovedFunctionsGoes() throws Exception {
        compile("main/one", 100);
        compile("main/two", 100);
        compile("main/three", 100);
        packs.remove("main/one");
        packs.retain(List.of("main/two"));
        assertEquals(Set.of(Digest.of("main/two").hex()), files());
        assertEquals(100, packs.bytes());
    }

    @Test
    void whatInstrumentedCopiesKeepIsApartAndGoesWithTheFunction() throws Exception {
        for (String function : List.of("main/one", "main/two", "main/three")) {
            compile(function, 100);
            compile(CodePacks.instrumented(function), 50);
        }
        assertEquals(100, found("main/one"));
        assertEquals(50, found(CodePacks.instrumented("main/one")));
        packs.remove("main/one");
        packs.retain(List.of("main/two"));
        assertEquals(100, found("main/two"));
        assertEquals(50, found(CodePacks.instrumented("main/two")));
        assertEquals(150, packs.bytes());
    }

    @Test
    void aFunctionRemovedWhileItIsCompiledLeavesNothing() throws Exception {
        packs.use("main/one", pack -> {
            packs.remove("main/one");
            return write(pack.output(), 100);
        });
        assertEquals(Set.of(), files());
        compile("main/one", 100);
        assertEquals(100, found("main/one"));
    }

    @Test
    void compilationsAtOnceLeaveOneWholePack() throws Exception {
        int count = 8;
        CountDownLatch started = new CountDownLatch(count);
        List<Future<Path>> running = new ArrayList<>();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < count; i++) {
                byte[] content = new byte[100];
                Arrays.fill(content, (byte) i);
                running.add(executor.submit(() -> packs.use("main/one", pack -> {
                    started.countDown();
                    started.await();
                    try {
                        return Files.write(pack.output(), content);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                })));
            }
        }
        for (Future<Path> each : running) {
            each.get();
        }
        byte[] left = Files.readAllBytes(folder.resolve(Digest.of(ENGINE).hex())
                .resolve(Digest.of("main/one").hex()));
        byte[] expected = new byte[100];
        Arrays.fill(expected, left[0]);
        assertArrayEquals(expected, left);
        assertEquals(100, packs.bytes());
        assertEquals(1, files().size());
    }

    @Test
    void aBoundOfNothingKeepsNone() {
        assertTrue(packs.areKept());
        assertFalse(CodePacks.open(folder, ENGINE, 0).areKept());
    }
}
