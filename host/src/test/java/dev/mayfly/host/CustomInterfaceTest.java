package dev.mayfly.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.engine.MayflyException;
import dev.mayfly.host.testing.Guests;
import dev.mayfly.host.testing.TestHost;
import dev.mayfly.host.testing.Waiting;
import dev.mayfly.hostinterfaces.HostError;
import dev.mayfly.hostinterfaces.custom.CustomInterface;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** An interface of the program that embeds Mayfly: a WIT file and one Java class, called by a function in Rust. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class CustomInterfaceTest {
    private static final Path WIT = Path.of("../engine/test-guests/custom/wit/everything.wit");

    private final Everything everything = new Everything();
    private Path folder = Path.of("");
    private Mayfly mayfly = open(everything);

    private Mayfly open(Everything object) {
        try {
            folder = Files.createTempDirectory("mayfly-custom-");
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return Mayfly.builder()
                .dataFolder(folder)
                .drain(Duration.ofSeconds(2))
                .offer(CustomInterface.of(WIT, object))
                .build();
    }

    @BeforeAll
    void deploy() {
        mayfly.deploy("custom", Guests.file("custom"));
    }

    @AfterAll
    void close() {
        mayfly.close();
        TestHost.delete(folder);
    }

    private String get(String path, String query) {
        return mayfly.invoke("custom", Request.get(path).withQuery(query)).text();
    }

    private String outcome(String path, String query, Duration timeMax) {
        return assertThrows(
                        InvocationException.class,
                        () -> mayfly.invoke("custom", Request.get(path).withQuery(query), timeMax))
                .outcome();
    }

    @Test
    void everyValueOfEveryTypeComesBackAsItWas() {
        Random random = new Random(7);
        for (int i = 0; i < 500; i++) {
            everything.given = Everything.random(random);
            assertEquals("true", get("/round-trip", ""), () -> String.valueOf(everything.given));
        }
    }

    @Test
    void anErrorOfTheHostArrivesAsItsCase() {
        for (HostError.Kind kind : HostError.Kind.values()) {
            String text = get("/fail", "kind=" + kind);
            String name = kind.name().replace("_", "");
            assertTrue(text.toLowerCase(java.util.Locale.ROOT).contains(name.toLowerCase(java.util.Locale.ROOT)), text);
            assertTrue(text.contains("as " + kind), text);
        }
    }

    @Test
    void anErrorOfTheInterfacesOwnArrivesWithItsPayload() {
        assertEquals("Err(Shape::Circle(2.0))", get("/fail-own", ""));
    }

    @Test
    void anExceptionEndsTheInvocationAndTellsNothing() {
        var failure = assertThrows(InvocationException.class, () -> mayfly.invoke("custom", Request.get("/throw")));
        assertEquals("host-failed", failure.outcome());
        assertFalse(
                String.valueOf(failure.getMessage()).contains(Everything.SECRET), String.valueOf(failure.getMessage()));
        assertEquals("custom", get("/caller", ""));
    }

    @Test
    void aMethodThatBlocksIsInterruptedAtTheDeadline() {
        int before = everything.interrupted.get();
        long startNs = System.nanoTime();
        assertEquals("deadline-exceeded", outcome("/block", "ms=60000", Duration.ofMillis(200)));
        assertTrue(System.nanoTime() - startNs < Duration.ofSeconds(10).toNanos());
        assertEquals(before + 1, everything.interrupted.get());
        assertFalse(Thread.currentThread().isInterrupted());
        assertEquals("survived", get("/block", "ms=20"));
    }

    @Test
    void aStageIsWaitedForUntilTheDeadline() {
        assertEquals("some text later", get("/later", ""));
        // The function may be quick enough to tell of the timeout before it is ended.
        try {
            String text = mayfly.invoke("custom", Request.get("/never"), Duration.ofMillis(200))
                    .text();
            assertTrue(text.contains("Timeout"), text);
        } catch (InvocationException e) {
            assertEquals("deadline-exceeded", e.outcome());
        }
        assertTrue(everything.never.isCancelled());
    }

    @Test
    void buffersGoBothWays() {
        assertEquals("1000 1000 12", get("/buffers", ""));
    }

    @Test
    void resourcesAreClosedWhenTheyAreDroppedOrGivenAway() {
        assertEquals("6 [2, 3, 4] 10", get("/counters", ""));
        assertEquals(0, everything.open.get());
    }

    @Test
    void resourcesLeftOpenAreClosedHoweverTheInvocationEnds() throws Exception {
        assertEquals("kept", get("/keep", "count=9"));
        assertEquals(0, everything.open.get());
        assertEquals("trap", outcome("/keep-then-trap", "count=9", Duration.ofSeconds(5)));
        assertEquals(0, everything.open.get());
        assertEquals("deadline-exceeded", outcome("/keep-then-spin", "count=9", Duration.ofMillis(100)));
        assertEquals(0, everything.open.get());

        AtomicReference<String> outcome = new AtomicReference<>("");
        Thread calling = Thread.ofVirtual()
                .start(() -> outcome.set(outcome("/keep-then-spin", "count=9", Duration.ofSeconds(9))));
        Waiting.until("the function holds its resources", () -> everything.open.get() == 9);
        calling.interrupt();
        calling.join();
        assertEquals("client-gone", outcome.get());
        assertEquals(0, everything.open.get());
    }

    @Test
    void tooManyResourcesAreRefusedAndNoneStaysOpen() {
        assertEquals("trap", outcome("/keep", "count=300", Duration.ofSeconds(5)));
        assertEquals(0, everything.open.get());
    }

    @Test
    void tenThousandCallsLeaveNothingBehind() {
        for (int i = 0; i < 10_000; i++) {
            mayfly.invoke("custom", Request.get("/counters"));
        }
        assertEquals(0, everything.open.get());
        assertEquals("9993", get("/small", "times=10000"));
    }

    @Test
    void aCallWithASmallRecordIsMeasured() {
        int times = 20_000;
        long best = Long.MAX_VALUE;
        for (int round = 0; round < 8; round++) {
            long startNs = System.nanoTime();
            get("/small", "times=" + times);
            best = Math.min(best, System.nanoTime() - startNs);
        }
        System.out.println(
                "a call of a custom function with a record of 8 integers both ways: " + best / times + " ns");
        assertTrue(best / times < 100_000, () -> "a call takes implausibly long");
    }

    @Test
    void whatAComponentCannotHaveIsSaidForEachFunction() {
        String component = """
                (component
                  (import "test:custom/everything@0.1.5" (instance
                    (export "upload" (func (param "bytes" (list u8))))
                    (export "caller" (func (result u32)))
                    (export "nothing" (func))
                    (export "throw" (func))))
                  (import "test:custom/everything@0.2.0" (instance (export "throw" (func)))))
                """;
        var missing = assertThrows(
                MayflyException.MissingImports.class,
                () -> mayfly.deploy("wrong", component.getBytes(StandardCharsets.UTF_8)));
        String text = String.join("\n", missing.imports());
        assertEquals(4, missing.imports().size(), text);
        assertTrue(text.contains("everything@0.1.5 upload: list<u8>"), text);
        assertTrue(text.contains("mayfly:data/buffers"), text);
        assertTrue(text.contains("caller: the component has it as ()->u32, this host offers ()->string"), text);
        assertTrue(text.contains("nothing: test:custom/everything@0.1.0 has no such item"), text);
        assertTrue(text.contains("everything@0.2.0 throw: this host offers test:custom/everything@0.1.0"), text);
    }

    @Test
    void anInterfaceOfTypesAloneIsNotMissing() {
        String component = """
                (component
                  (import "test:custom/types@0.1.0" (instance (type u32) (export "id" (type (eq 0)))))
                  (import "test:custom/everything@0.1.0" (instance (export "throw" (func)))))
                """;
        var invalid = assertThrows(
                MayflyException.Invalid.class,
                () -> mayfly.deploy("types", component.getBytes(StandardCharsets.UTF_8)));
        assertTrue(String.valueOf(invalid.getMessage()).contains("implements no world"), invalid::toString);
    }

    @Test
    void whoGivesUpOnAMethodThatBlocksIsNotKeptWaiting() throws Exception {
        AtomicReference<String> outcome = new AtomicReference<>("");
        Thread calling =
                Thread.ofVirtual().start(() -> outcome.set(outcome("/block", "ms=60000", Duration.ofSeconds(9))));
        Waiting.until("the thread is in the method", () -> calling.getState() == Thread.State.TIMED_WAITING);
        calling.interrupt();
        assertTrue(calling.join(Duration.ofSeconds(5)));
        assertTrue(java.util.Set.of("client-gone", "trap").contains(outcome.get()), outcome::get);
    }

    /** Wrong in many ways. */
    public static final class Wrong {
        /** Lacks a field and has one too many. */
        public record Item(int id, String colour) {}

        /** Lacks a case. */
        public enum Color {
            RED
        }

        public Optional<Item> find(int word) {
            return Optional.empty();
        }

        public int paint(Color color) {
            return 0;
        }
    }

    @Test
    void aClassThatDoesNotFitIsRefusedWithAllDifferences(@TempDir Path folder) throws IOException {
        Path wit = Files.writeString(folder.resolve("shop.wit"), """
                package shop:wrong@0.1.0;
                interface catalog {
                    record item { id: u32, color: string }
                    enum color { red, green }
                    find: func(word: string) -> option<item>;
                    paint: func(color: color);
                    missing: func();
                    upload: func(bytes: list<u8>);
                    resource basket { add: func(); }
                }
                """);
        String text =
                String.valueOf(assertThrows(MayflyException.Invalid.class, () -> CustomInterface.of(wit, new Wrong()))
                        .getMessage());
        for (String difference : new String[] {
            "find parameter 1: no int holds string",
            "find result value.id: no int holds u32",
            "has no component color",
            "has no field for the component colour",
            "paint parameter 1: ",
            "has no constant GREEN",
            "paint result: is nothing and not int",
            "missing: ",
            "has no public method missing with 0 parameters",
            "upload: list<u8>",
            "[method]basket.add: nothing makes this resource"
        }) {
            assertTrue(text.contains(difference), () -> difference + " is not in:\n" + text);
        }
    }

    @Test
    void aFileThatIsNoWitIsRefusedWithItsPlace(@TempDir Path folder) throws IOException {
        Path wit = Files.writeString(folder.resolve("bad.wit"), "package a:b;\ninterface c { put func(); }");
        var invalid = assertThrows(MayflyException.Invalid.class, () -> CustomInterface.of(wit, new Wrong()));
        assertTrue(String.valueOf(invalid.getMessage()).contains("bad.wit:2:"), String.valueOf(invalid.getMessage()));
    }

    @Test
    void mayflysOwnNamesAreNotOffered(@TempDir Path folder) throws IOException {
        Path wit =
                Files.writeString(folder.resolve("kv.wit"), "package mayfly:kv@0.1.0;\ninterface kv { get: func(); }");
        assertThrows(MayflyException.Invalid.class, () -> CustomInterface.of(wit, new Wrong()));
    }
}
