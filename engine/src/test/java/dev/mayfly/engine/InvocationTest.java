package dev.mayfly.engine;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class InvocationTest {
    private static final int INSTANCES = 4;

    @TempDir
    static Path folder;

    static Engine engine;
    static final Map<String, PrelinkedComponent> components = new HashMap<>();

    @BeforeAll
    static void open() {
        EngineConfig config =
                EngineConfig.defaults().withInstanceCountMax(INSTANCES).withMemoryBytesMax(64L << 20);
        engine = Engine.open(config);
    }

    @AfterAll
    static void close() {
        components.values().forEach(PrelinkedComponent::close);
        assertEquals(0, engine.metrics().prelinkedComponents());
        engine.close();
    }

    @AfterEach
    void nothingIsLeft() {
        EngineMetrics metrics = engine.metrics();
        assertEquals(0, metrics.componentInstances(), metrics::toString);
        assertEquals(0, metrics.memories(), metrics::toString);
        assertEquals(0, metrics.tables(), metrics::toString);
        assertEquals(0, metrics.stacks(), metrics::toString);
        assertEquals(0, metrics.panics(), metrics::toString);
    }

    static PrelinkedComponent guest(String name) {
        return components.computeIfAbsent(name, n -> {
            Path artifact = folder.resolve(n + ".artifact");
            try {
                Compiler.withDefaultLimits(engine.config()).compile(Guests.wasm(n), artifact);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            return engine.prelink(artifact);
        });
    }

    @Test
    void aFunctionAnswersARequest() {
        try (TestCall call = new TestCall()) {
            assertEquals(Status.DONE, call.call(guest("probe"), "/reverse", "mayfly", 1000), call.frame::message);
            assertEquals(200, call.frame.responseStatus());
            assertEquals("ylfyam", call.responseBody());
            assertTrue(call.frame.memoryBytes() > 0);
        }
    }

    @Test
    void aBodyIsHandedBackWithoutBeingCopied() {
        try (TestCall call = new TestCall()) {
            assertEquals(Status.DONE, call.call(guest("echo"), "/", "mayfly", 1000));
            assertEquals(FrameLayout.REQUEST_BODY, call.frame.responseBody());
            assertEquals("mayfly", call.responseBody());
        }
    }

    @Test
    void aHostOperationSuspendsAndItsAnswerArrives() {
        try (TestCall call = new TestCall(Map.of("greeting", "Grüß Gott"))) {
            assertEquals(Status.DONE, call.call(guest("probe"), "/config?name=greeting"));
            assertEquals("Grüß Gott", call.responseBody());
            assertEquals(Status.DONE, call.call(guest("probe"), "/config?name=nothing"));
            assertEquals(404, statusOrError(call));
        }
    }

    private static int statusOrError(TestCall call) {
        return call.frame.outcome() == 0 ? call.frame.responseStatus() : call.frame.outcome() == 3 ? 404 : -1;
    }

    @Test
    void buffersGrowBySlabsOfTheHost() {
        try (TestCall call = new TestCall()) {
            assertEquals(Status.DONE, call.call(guest("probe"), "/append?bytes=100000&chunk=777"), call.frame::message);
            assertEquals(100_000, call.frame.bufferLength(call.frame.responseBody()));
            String body = call.responseBody();
            assertTrue(body.startsWith("\0\1\2"), "byte i is i % 251");
        }
    }

    @Test
    void logLinesComeWithTheirLevelAndPastTheLimitAreCounted() {
        try (TestCall call = new TestCall()) {
            assertEquals(Status.DONE, call.call(guest("probe"), "/log?lines=3&bytes=5&level=warn"));
            call.takeLog();
            assertEquals(3, call.logLines.size());
            assertTrue(call.logLines.getFirst().startsWith("3 "), call.logLines::toString);

            assertEquals(Status.DONE, call.call(guest("probe"), "/log?lines=100&bytes=1000"));
            assertTrue(call.frame.logDropped() > 0);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "probe, /unreachable, UNREACHABLE",
        "probe, /oob, MEMORY_OUT_OF_BOUNDS",
        "probe, /recurse, STACK_OVERFLOW",
        "probe, /panic, UNREACHABLE",
        "traps, /d, INTEGER_DIVISION_BY_ZERO",
        "traps, /o, INTEGER_OVERFLOW",
        "traps, /c, BAD_CONVERSION_TO_INTEGER",
        "traps, /m, MEMORY_OUT_OF_BOUNDS",
        "traps, /n, INDIRECT_CALL_TO_NULL",
        "traps, /s, BAD_SIGNATURE",
        "traps, /t, TABLE_OUT_OF_BOUNDS",
        "traps, /u, UNREACHABLE"
    })
    void aTrapSaysWhatItWasAndWhere(String guest, String path, TrapKind kind) {
        try (TestCall call = new TestCall()) {
            assertEquals(Status.TRAP, call.call(guest(guest), path));
            assertEquals(kind, call.frame.trapKind(), call.frame::message);
            assertTrue(call.frame.message().contains("module offset 0x"), call.frame::message);
        }
    }

    @Test
    void aTrapNamesTheFunctions() {
        try (TestCall call = new TestCall()) {
            assertEquals(Status.TRAP, call.call(guest("probe"), "/oob"));
            assertTrue(call.frame.message().contains("out_of_bounds"), call.frame::message);
        }
    }

    @Test
    void anEndlessLoopYieldsAtEveryTickAndCanBeCancelled() {
        try (TestCall call = new TestCall()) {
            assertEquals(Status.YIELD, call.call(guest("probe"), "/spin", "", 5));
            assertFalse(call.frame.isOpen());
            assertEquals(6, call.yields);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/dirty", "/dirty-then-trap", "/dirty-then-spin"})
    void everyInvocationStartsFromZeroedMemory(String predecessor) {
        try (TestCall call = new TestCall()) {
            for (int round = 0; round < 50; round++) {
                call.call(guest("probe"), predecessor, "", 3);
                assertEquals(Status.DONE, call.call(guest("probe"), "/dirty"), call.frame::message);
                assertEquals("clean", call.responseBody(), "round " + round);
            }
        }
    }

    @Test
    void everyInvocationStartsFromUntouchedTablesGlobalsAndSegments() {
        try (TestCall call = new TestCall()) {
            for (int round = 0; round < 50; round++) {
                assertEquals(Status.DONE, call.call(guest("state"), "/"), call.frame::message);
                assertEquals("clean", call.responseBody(), "round " + round);
            }
        }
    }

    @Test
    void instancesOfDifferentFunctionsNeverSeeEachOther() {
        try (TestCall call = new TestCall()) {
            for (int round = 0; round < 50; round++) {
                for (String guest : List.of("probe", "state")) {
                    assertEquals(Status.DONE, call.call(guest(guest), "/dirty"), call.frame::message);
                    assertEquals("clean", call.responseBody(), guest + " in round " + round);
                }
            }
        }
    }

    @Test
    void memoryGrowsUpToTheLimitAndNoFurther() {
        try (TestCall call = new TestCall()) {
            assertEquals(Status.DONE, call.call(guest("probe"), "/grow?step=1"));
            assertEquals(32L << 20, call.frame.memoryBytes());
        }
    }

    @Test
    void aMemoryThatStartsPastTheLimitIsTheFunctionsFault() {
        try (TestCall call = new TestCall()) {
            call.frame.memory().set(JAVA_LONG, FrameLayout.MEMORY_BYTES_MAX, 65_536L);
            assertEquals(Status.TRAP, call.call(guest("probe"), "/echo"));
            assertEquals(TrapKind.RESOURCE_LIMIT, call.frame.trapKind(), call.frame::message);
        }
    }

    @Test
    void tablesGrowUpToTheLimit() {
        try (TestCall call = new TestCall()) {
            assertEquals(Status.DONE, call.call(guest("tables"), "/"), call.frame::message);
            assertEquals(201, call.frame.responseStatus(), "200 and one for each 1,000 elements got");
            call.frame.memory().set(JAVA_LONG, FrameLayout.TABLE_ELEMENTS_MAX, 3_999L);
            assertEquals(Status.DONE, call.call(guest("tables"), "/"), call.frame::message);
            assertEquals(203, call.frame.responseStatus());
        }
    }

    @Test
    void moreInvocationsThanThePoolHasAreRefusedAndLaterOnesServed() {
        List<TestCall> open = new ArrayList<>();
        try {
            for (int i = 0; i < INSTANCES; i++) {
                TestCall call = new TestCall();
                open.add(call);
                call.begin("/spin", "");
                assertEquals(Status.YIELD, call.frame.begin(guest("probe")));
            }
            try (TestCall call = new TestCall()) {
                assertEquals(Status.EXHAUSTED, call.call(guest("probe"), "/echo"));
                open.removeLast().close();
                assertEquals(Status.DONE, call.call(guest("probe"), "/echo"));
            }
        } finally {
            open.forEach(TestCall::close);
        }
    }

    @Test
    void moreBuffersThanAllowedAreAnErrorTheGuestSees() {
        try (TestCall call = new TestCall()) {
            call.frame.memory().set(JAVA_INT, FrameLayout.BUFFER_COUNT_MAX, 3);
            assertEquals(Status.DONE, call.call(guest("probe"), "/buffers?count=2"), call.frame::message);
            assertEquals(0, call.frame.outcome());
            assertEquals(Status.DONE, call.call(guest("probe"), "/buffers?count=3"), call.frame::message);
            assertTrue(
                    call.frame.outcome() != 0 && call.frame.message().contains("buffer-count-max"),
                    call.frame::message);
        }
    }

    @Test
    void clocksAndRandomNumbersMakeSense() {
        try (TestCall call = new TestCall()) {
            assertEquals(Status.DONE, call.call(guest("wasi"), "/"), call.frame::message);
            assertEquals(200, call.frame.responseStatus());
            assertEquals(Status.DONE, call.call(guest("probe"), "/random"));
            String first = call.responseBody();
            assertEquals(Status.DONE, call.call(guest("probe"), "/random"));
            assertFalse(first.equals(call.responseBody()), first);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 5, 8, 100, 1_000_000})
    void aRequestHeadWhoseSizesDontAddUpIsRefused(int pathBytes) {
        assertHeadIsRefused("/ab", RequestHeadLayout.PATH_BYTES, pathBytes);
    }

    @Test
    void aRequestHeadWithMoreHeadersThanRoomIsRefused() {
        assertHeadIsRefused("/", RequestHeadLayout.HEADER_COUNT, 1 << 30);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 23, 1_000_000, -1})
    void aRequestHeadWhoseTextBeginsElsewhereIsRefused(int textStart) {
        assertHeadIsRefused("/", RequestHeadLayout.TEXT_START, textStart);
    }

    /** Of a request that is whole but for one field of its head. */
    private static void assertHeadIsRefused(String path, long field, int value) {
        try (TestCall call = new TestCall()) {
            call.begin(path, "");
            long head = call.frame.memory().get(JAVA_LONG, FrameLayout.REQUEST_HEAD);
            MemorySegments.ALL.set(JAVA_INT, head + field, value);
            assertEquals(Status.REFUSED, call.frame.begin(guest("echo")), call.frame::message);
        }
    }

    @Test
    void resumingNothingIsTheCallersMistake() {
        try (TestCall call = new TestCall()) {
            assertThrows(IllegalStateException.class, call.frame::resume);
        }
    }

    @Test
    void javasOwnSignalsWorkBesideTrappingGuests() {
        try (TestCall call = new TestCall()) {
            int caught = 0;
            for (int round = 0; round < 2_000; round++) {
                assertEquals(Status.TRAP, call.call(guest("probe"), round % 2 == 0 ? "/oob" : "/recurse"));
                caught += nullCheck(round % 3 == 0 ? null : "x");
            }
            assertEquals(667, caught);
            assertThrows(StackOverflowError.class, () -> endless(0));
        }
    }

    /** The JVM checks for null by a signal that wasmtime's handler sees first. */
    @SuppressWarnings("NullAway")
    private static int nullCheck(@Nullable String maybe) {
        try {
            return maybe.length() - 1;
        } catch (NullPointerException e) {
            return 1;
        }
    }

    @SuppressWarnings("InfiniteRecursion")
    private static int endless(int depth) {
        return endless(depth + 1) + 1;
    }

    @Test
    void theEngineRefusesAnArtifactThatIsNone() throws IOException {
        Path garbage = folder.resolve("garbage");
        Files.writeString(garbage, "no artifact");
        assertThrows(MayflyException.IncompatibleArtifact.class, () -> engine.prelink(garbage));
        assertThrows(MayflyException.IncompatibleArtifact.class, () -> engine.prelink(folder.resolve("missing")));
    }

    @Test
    void anArtifactForAnotherMemorySizeIsRefused() throws Exception {
        Path artifact = folder.resolve("other-memory");
        EngineConfig other = engine.config().withMemoryBytesMax(128L << 20);
        Compiler.withDefaultLimits(other).compile(Guests.wasm("echo"), artifact);
        assertThrows(MayflyException.IncompatibleArtifact.class, () -> engine.prelink(artifact));
    }

    @Test
    void everyMissingImportIsNamed() throws Exception {
        Path artifact = folder.resolve("unknown-imports");
        Compiler.withDefaultLimits(engine.config()).compile(Guests.wasm("bad/unknown-imports"), artifact);
        var missing = assertThrows(MayflyException.MissingImports.class, () -> engine.prelink(artifact));
        String all = String.join("\n", missing.imports());
        assertEquals(6, missing.imports().size(), all);
        for (String name :
                List.of("create", "cancel", "collect", "rotate", "mayfly:config/config@0.1.0 get", "acme-print")) {
            assertTrue(all.contains(name), all);
        }
    }

    @Test
    void aComponentWithoutAWorldOfOursIsRefused() throws Exception {
        Path artifact = folder.resolve("no-export");
        Compiler.withDefaultLimits(engine.config()).compile(Guests.wasm("bad/no-export"), artifact);
        var invalid = assertThrows(MayflyException.Invalid.class, () -> engine.prelink(artifact));
        assertTrue(invalid.safeMessage().contains("mayfly:function/web-handler"), invalid::safeMessage);
    }
}
