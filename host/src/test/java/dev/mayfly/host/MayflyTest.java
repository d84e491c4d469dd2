package dev.mayfly.host;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.engine.MayflyException;
import dev.mayfly.host.testing.Guests;
import dev.mayfly.hostinterfaces.Body;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mayfly inside a program, without HTTP. */
final class MayflyTest {
    @TempDir
    private Path folder = Path.of("");

    private Mayfly open() {
        return Mayfly.builder()
                .dataFolder(folder.resolve("data"))
                .limits(Limits.defaults().withRequestBodyBytesMax(1 << 20))
                .drain(Duration.ofSeconds(2))
                .build();
    }

    @Test
    void aProgramDeploysCallsAndRemovesFunctions() {
        try (Mayfly mayfly = open()) {
            mayfly.deploy("probe", Guests.file("probe"));
            mayfly.deploy("echo", Guests.bytes("echo"));
            assertEquals(List.of("echo", "probe"), mayfly.functions());
            Response response = mayfly.invoke(
                    "probe", Request.get("/header").withQuery("name=x-one").withHeader("x-one", "1"));
            assertEquals(200, response.status());
            assertEquals("1", response.text().strip());
            assertTrue(mayfly.remove("echo"));
            assertFalse(mayfly.remove("echo"));
            assertThrows(MayflyException.NotFound.class, () -> mayfly.invoke("echo", Request.get("/")));
        }
    }

    @Test
    void aFunctionForWasiHttpIsCalledWithoutAHost() {
        try (Mayfly mayfly = open()) {
            mayfly.deploy("plain", Guests.file("wasi/http"));
            mayfly.deploy("wstd", Guests.file("wasi/http-wstd"));
            assertEquals("hello\n", mayfly.invoke("wstd", Request.get("/")).text());
            String head = mayfly.invoke("plain", Request.get("/head")).text();
            assertTrue(head.startsWith("Method::Get Some(Scheme::Http) Some(\"localhost\") Some(\"/head\")"), head);
            Request named = Request.get("/head").withHeader("host", "shop.example:8080");
            head = mayfly.invoke("plain", named).text();
            assertTrue(head.startsWith("Method::Get Some(Scheme::Http) Some(\"shop.example:8080\")"), head);
        }
    }

    @Test
    void functionsAndTheirSettingsAreThereAtTheNextStart() throws IOException {
        try (Mayfly mayfly = open();
                InputStream component = Files.newInputStream(Guests.file("probe"))) {
            mayfly.deploy("probe", component, Mayfly.Settings.NONE.withConfig(Map.of("color", "red")));
        }
        try (Mayfly mayfly = open()) {
            assertEquals(
                    "red",
                    mayfly.invoke("probe", Request.get("/config").withQuery("name=color"))
                            .text()
                            .strip());
        }
    }

    @Test
    void bodiesAreBytesOrStreams() {
        byte[] bytes = new byte[300_000];
        new java.util.Random(1).nextBytes(bytes);
        try (Mayfly mayfly = open()) {
            mayfly.deploy("probe", Guests.file("probe"));
            assertArrayEquals(
                    bytes, mayfly.invoke("probe", Request.post("/echo", bytes)).bytes());
            InputStream stream =
                    new SequenceInputStream(new ByteArrayInputStream(bytes), InputStream.nullInputStream());
            assertArrayEquals(
                    bytes,
                    mayfly.invoke("probe", Request.post("/echo-bytes", bytes).withBody(Body.of(stream, bytes.length)))
                            .bytes());
            var tooLarge = assertThrows(
                    InvocationException.class,
                    () -> mayfly.invoke("probe", Request.post("/echo", new byte[(1 << 20) + 1])));
            assertEquals("body-too-large", tooLarge.outcome());
        }
    }

    @Test
    void aCallWithoutAResponseSaysHowItEnded() {
        try (Mayfly mayfly = open()) {
            mayfly.deploy("probe", Guests.file("probe"));
            var trap =
                    assertThrows(InvocationException.class, () -> mayfly.invoke("probe", Request.get("/unreachable")));
            assertEquals("trap", trap.outcome());
            var spin = assertThrows(
                    InvocationException.class,
                    () -> mayfly.invoke("probe", Request.get("/spin"), Duration.ofMillis(50)));
            assertEquals("deadline-exceeded", spin.outcome());
            var error = assertThrows(
                    InvocationException.class,
                    () -> mayfly.invoke("probe", Request.get("/error").withQuery("case=invalid&text=why")));
            assertEquals("function-error", error.outcome());
            assertTrue(String.valueOf(error.getMessage()).contains("why"), String.valueOf(error.getMessage()));
        }
    }

    @Test
    void aFunctionHasItsOwnLimitsAndTheOthersTheUsualOnes() throws IOException {
        try (Mayfly mayfly = Mayfly.builder()
                .dataFolder(folder.resolve("data"))
                .functionDefaults(FunctionLimits.parse(Map.of("request-body-bytes", "1KiB")))
                .limits(Limits.defaults().withDeadline(Duration.ofSeconds(5)))
                .build()) {
            mayfly.deploy("usual", Guests.file("probe"));
            deploy(mayfly, "own", Map.of("request-body-bytes", "100", "deadline", "50ms", "header-count", "2"));
            assertEquals("body-too-large", outcome(mayfly, "usual", Request.post("/echo", new byte[1025])));
            assertEquals(
                    200,
                    mayfly.invoke("usual", Request.post("/echo", new byte[1024]))
                            .status());
            assertEquals("body-too-large", outcome(mayfly, "own", Request.post("/echo", new byte[101])));
            assertEquals("deadline-exceeded", outcome(mayfly, "own", Request.get("/spin")));
            Request threeHeaders =
                    Request.get("/").withHeader("a", "1").withHeader("b", "1").withHeader("c", "1");
            assertEquals("head-too-large", outcome(mayfly, "own", threeHeaders));
            var tooMuch = assertThrows(
                    MayflyException.LimitExceeded.class, () -> deploy(mayfly, "greedy", Map.of("deadline", "1h")));
            assertTrue(tooMuch.safeMessage().contains("deadline-max"), tooMuch.safeMessage());
        }
    }

    private static void deploy(Mayfly mayfly, String name, Map<String, String> limits) throws IOException {
        try (InputStream component = Files.newInputStream(Guests.file("probe"))) {
            mayfly.deploy(name, component, Mayfly.Settings.NONE.withLimits(FunctionLimits.parse(limits)));
        }
    }

    private static String outcome(Mayfly mayfly, String name, Request request) {
        return assertThrows(InvocationException.class, () -> mayfly.invoke(name, request))
                .outcome();
    }

    @Test
    void aDataFolderHasOneUser() {
        try (Mayfly mayfly = open()) {
            assertEquals(List.of(), mayfly.functions());
            assertThrows(MayflyException.Conflict.class, this::open);
        }
    }

    @Test
    void theExampleRunsAsItsReadmeSays() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "../examples/embedded/Shop.java",
                        Guests.file("embedded").toString(),
                        "/find/tea",
                        "/quote/green-tea/2")
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(1, TimeUnit.MINUTES));
        assertEquals(0, process.exitValue(), output);
        assertTrue(output.contains("black-tea 3.95 Black tea, 100 g\n"), output);
        assertTrue(output.contains("9.00 for 2 of green-tea, 10 in stock\n"), output);
        assertTrue(output.contains("green-tea left: 10\n"), output);
    }
}
