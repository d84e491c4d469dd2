package dev.mayfly.host.interfaces;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mayfly.host.testing.Guests;
import dev.mayfly.host.testing.TestHost;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An ordinary Rust program's use of its standard library, built for WASI 0.2 and for preview 1: what of it a function has, it has in full, and what
 * it has not is refused as an operating system would.
 */
final class WasiTest {
    private static final String WASI = "ordinary";
    private static final String PREVIEW1 = "ordinary-preview1";

    private static TestHost host;

    @BeforeAll
    static void start() throws Exception {
        host = TestHost.start();
        for (String guest : List.of(WASI, PREVIEW1)) {
            host.send(host.request("/v1/functions/" + guest + "?config=GREETING%3Dhi&config=ZONE%3Deu")
                            .PUT(BodyPublishers.ofByteArray(Guests.bytes("wasi/" + guest))))
                    .expect(201);
        }
    }

    @AfterAll
    static void stop() {
        host.close();
    }

    private static String call(String guest, String path) throws Exception {
        return host.get("/f/" + guest + path).expect(200).text();
    }

    private static List<String> lines(String guest, long after) throws Exception {
        List<String> lines = new ArrayList<>();
        for (JsonNode line : host.get("/v1/functions/" + guest + "/logs").json().path("lines")) {
            if (line.path("sequence").asLong() > after) {
                lines.add(
                        line.path("level").asText() + " " + line.path("message").asText());
            }
        }
        return lines;
    }

    private static long lastLine(String guest) throws Exception {
        long last = 0;
        for (JsonNode line : host.get("/v1/functions/" + guest + "/logs").json().path("lines")) {
            last = line.path("sequence").asLong();
        }
        return last;
    }

    @Test
    void aPreview1ModuleIsMadeAComponentAndTheDeployReportSaysSo() throws Exception {
        JsonNode function = host.upload("reported", Guests.bytes("wasi/" + PREVIEW1))
                .expect(201)
                .json();
        assertTrue(function.path("componentized").asBoolean());
        assertEquals(
                "a core module with a component type, with the adapter for WASI preview 1",
                function.path("madeFrom").asText());
        JsonNode component = host.upload("reported", Guests.bytes("wasi/" + WASI))
                .expect(200)
                .json();
        assertTrue(component.path("madeFrom").isMissingNode(), component::toString);
    }

    @ParameterizedTest
    @ValueSource(strings = {WASI, PREVIEW1})
    void theEnvironmentIsTheConfigurationAndThereAreNoArguments(String guest) throws Exception {
        assertEquals("GREETING=hi\nZONE=eu\n[]\n", call(guest, "/environment"));
    }

    @ParameterizedTest
    @ValueSource(strings = {WASI, PREVIEW1})
    void standardInputIsEmpty(String guest) throws Exception {
        assertEquals("Ok(0)\n", call(guest, "/input"));
    }

    @ParameterizedTest
    @ValueSource(strings = {WASI, PREVIEW1})
    void whatAFunctionPrintsIsLoggedByTheLine(String guest) throws Exception {
        long before = lastLine(guest);
        call(guest, "/print");
        List<String> lines = lines(guest, before);
        assertEquals(List.of("info one", "info two", "info three, 1 € each"), lines.subList(0, 3));
        assertEquals("warn to standard error", lines.get(3));
        assertEquals("info " + "é".repeat(4096), lines.get(4), "a long line is cut between characters");
        assertEquals("info " + "é".repeat(904), lines.get(5));
        assertEquals("warn and no line feed", lines.get(6), "what was not ended is logged at the end");
        assertEquals(7, lines.size());
    }

    @ParameterizedTest
    @ValueSource(strings = {WASI, PREVIEW1})
    void theClocksRun(String guest) throws Exception {
        long before = System.currentTimeMillis();
        List<String> answer = call(guest, "/time").lines().toList();
        long then = Long.parseLong(answer.get(0));
        assertTrue(then >= before && then <= System.currentTimeMillis(), "it was " + then + ", before it " + before);
        assertEquals("true", answer.get(1));
    }

    @ParameterizedTest
    @ValueSource(strings = {WASI, PREVIEW1})
    void hashMapsHaveAKeyOfTheirOwn(String guest) throws Exception {
        assertNotEquals(call(guest, "/hash"), call(guest, "/hash"));
    }

    @ParameterizedTest
    @ValueSource(strings = {WASI, PREVIEW1})
    void sleepingTakesTheTimeThatItShould(String guest) throws Exception {
        long bestLateUs = Long.MAX_VALUE;
        for (int i = 0; i < 20 && bestLateUs > 3_000; i++) {
            long lateUs = Long.parseLong(call(guest, "/sleep?ms=60").strip()) - 60_000;
            assertTrue(lateUs >= 0, "never early; lateUs=" + lateUs);
            bestLateUs = Math.min(bestLateUs, lateUs);
        }
        assertTrue(bestLateUs <= 3_000, "bestLateUs=" + bestLateUs);
    }

    @Test
    void aFunctionThatSleepsPastItsDeadlineIsStoppedThen() throws Exception {
        host.send(host.request("/f/" + WASI + "/sleep?ms=60000").header("Mayfly-Deadline-Ms", "30"))
                .problem(504, "deadline-exceeded");
    }

    @ParameterizedTest
    @ValueSource(strings = {WASI, PREVIEW1})
    void thereAreNoFiles(String guest) throws Exception {
        for (String line : call(guest, "/files").lines().toList()) {
            assertTrue(!line.contains("done") && line.contains(": "), line);
        }
    }

    @Test
    void socketsAreRefusedForWantOfPermission() throws Exception {
        List<String> refusals = call(WASI, "/sockets").lines().toList();
        assertEquals(4, refusals.size());
        for (String line : refusals.subList(0, 3)) {
            assertTrue(line.contains("PermissionDenied"), line);
        }
        assertTrue(!refusals.get(3).contains("done"), refusals.get(3));
    }

    @ParameterizedTest
    @ValueSource(strings = {WASI, PREVIEW1})
    void aFunctionThatExitsBeforeItAnswersIsAnErrorThatSaysSo(String guest) throws Exception {
        long before = lastLine(guest);
        host.get("/f/" + guest + "/exit?status=0").expect(500);
        assertEquals(
                List.of(
                        "error failed: the function exited with status 0 before it answered: return a response instead"),
                lines(guest, before));
    }

    @Test
    void aPanicsMessageIsInTheLog() throws Exception {
        long before = lastLine(WASI);
        host.get("/f/" + WASI + "/panic").expect(500);
        String log = String.join("\n", lines(WASI, before));
        assertTrue(log.contains("as was asked for") && log.contains("unreachable"), log);
    }

    @Test
    void pollingNothingIsATrapWithAReason() throws Exception {
        long before = lastLine(WASI);
        host.get("/f/" + WASI + "/poll-nothing").expect(500);
        String log = String.join("\n", lines(WASI, before));
        assertTrue(log.contains("poll was called with nothing to wait for"), log);
    }

    @Test
    void forgottenPollablesGoWithTheInvocation() throws Exception {
        assertEquals("forgotten\n", call(WASI, "/forget?count=9000"));
        assertEquals("forgotten\n", call(WASI, "/forget?count=9000"));
    }

    @Test
    void tenThousandHandlesAreTooMany() throws Exception {
        assertEquals("9000\n", call(WASI, "/hold?count=9000"));
        long before = lastLine(WASI);
        host.get("/f/" + WASI + "/hold?count=10001").expect(500);
        String log = String.join("\n", lines(WASI, before));
        assertTrue(log.contains("trapped"), log);
        assertEquals("1\n", call(WASI, "/hold?count=1"), "the next one is fine");
    }

    @Test
    void ofManyTimersTheSoonestIsWaitedFor() throws Exception {
        assertEquals("[0]\n", call(WASI, "/timers?count=500&ms=40"));
    }

    @Test
    void onlyWhatIsWrongIsNamedAtDeployNotWhatInterfacesShare() throws Exception {
        JsonNode problem =
                host.upload("refused", Guests.bytes("bad/wrong-wasi")).problem(422, "missing-imports");
        List<String> imports = new ArrayList<>();
        problem.path("imports").forEach(line -> imports.add(line.asText()));
        assertEquals(
                List.of(
                        "wasi:filesystem/types@0.2.6 [method]descriptor.sync",
                        "wasi:filesystem/types@0.2.6 format-disk",
                        "wasi:http/types@0.3.0 now"),
                imports.stream()
                        .map(line -> line.substring(0, line.indexOf(": ")))
                        .toList(),
                imports::toString);
    }
}
