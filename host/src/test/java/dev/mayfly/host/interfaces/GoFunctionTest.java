package dev.mayfly.host.interfaces;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mayfly.host.testing.Answer;
import dev.mayfly.host.testing.Guests;
import dev.mayfly.host.testing.TestHost;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A {@code net/http} handler that the host calls, by {@code functions-sdk/go}: {@code compat/go/reactor}, which {@code tools/compat.sh go} builds. */
@Timeout(240)
final class GoFunctionTest {
    private static final String GUEST = "compat/go-reactor";
    private static TestHost host;

    @BeforeAll
    static void deploy() throws Exception {
        boolean isThere = Files.isRegularFile(Guests.home().resolve("target/guests/" + GUEST + ".wasm"));
        String missing = GUEST + " is missing: run tools/compat.sh go";
        assumeTrue(isThere || "true".equals(System.getenv("CI")), missing);
        assertTrue(isThere, missing);
        host = TestHost.start();
        host.deploy("go", GUEST, "{'config':{'COLOUR':'blue'}}");
    }

    @AfterAll
    static void stop() {
        if (host != null) {
            host.close();
        }
    }

    @Test
    void theRequestIsAsNetHttpHasIt() throws Exception {
        Answer answer = host.send(host.request("/f/go/head%20s?a=1&a=%C3%BC")
                .header("x-many", "one")
                .header("x-many", "two")
                .method("PATCH", BodyPublishers.ofString("five!")));
        assertEquals(404, answer.status());
        answer = host.send(host.request("/f/go/head?a=1&a=%C3%BC")
                .header("x-many", "one")
                .header("x-many", "two")
                .method("PATCH", BodyPublishers.ofString("five!")));
        JsonNode head = answer.expect(200).json();
        assertEquals("PATCH", head.path("method").asText());
        assertEquals("/head", head.path("path").asText());
        assertEquals("/head?a=1&a=%C3%BC", head.path("uri").asText());
        assertEquals("[\"1\",\"\u00fc\"]", head.at("/query/a").toString());
        assertEquals("[\"one\",\"two\"]", head.path("many").toString());
        assertEquals(5, head.path("length").asInt());
        assertTrue(head.path("host").asText().startsWith("127.0.0.1:"), head::toString);
        assertEquals(List.of("one", "two"), answer.headers("x-many"));
        assertEquals("f\u00fcr", answer.header("x-octets"));
        assertEquals("text/plain; charset=utf-8", answer.header("content-type"));
    }

    @Test
    void statusesAreTheHandlers() throws Exception {
        for (int status : new int[] {200, 201, 204, 301, 418, 503}) {
            Answer answer = host.get("/f/go/status?code=" + status).expect(status);
            assertEquals("", answer.text());
        }
        Answer refused = host.get("/f/go/status?code=high").expect(400);
        assertTrue(refused.text().contains("invalid syntax"), refused::text);
        host.get("/f/go/status?code=99").expect(500);
        assertTrue(host.log("go").toString().contains("a status is from 200 to 599"));
    }

    @Test
    void whatIsPrintedIsInTheLogAndTheSettingsAreInTheEnvironment() throws Exception {
        host.get("/f/go/log").expect(200);
        List<String> log = host.log("go");
        assertTrue(log.contains("to the log"), log::toString);
        assertTrue(log.contains("to standard output"), log::toString);
        assertEquals("blue", host.get("/f/go/setting?name=COLOUR").expect(200).text());
        assertEquals("", host.get("/f/go/setting?name=PATH").expect(200).text());
    }

    @Test
    void clocksGoOnAndRandomnessIsNewInEachCall() throws Exception {
        long before = System.currentTimeMillis();
        long told = Long.parseLong(host.get("/f/go/time").expect(200).text());
        assertTrue(before <= told && told <= System.currentTimeMillis(), () -> before + " " + told);
        String first = host.get("/f/go/random").expect(200).text();
        assertEquals(26, first.length());
        assertNotEquals(first, host.get("/f/go/random").expect(200).text());
    }

    @Test
    void goroutinesWaitForClocksAndForEachOther() throws Exception {
        assertEquals("0 1 2 true", host.get("/f/go/sleep").expect(200).text());
    }

    @Test
    void nothingStaysFromCallToCall() throws Exception {
        for (int call = 0; call < 3; call++) {
            assertEquals("1 0", host.get("/f/go/calls").expect(200).text());
        }
    }

    @Test
    void aPanicIsAnswered500AndItsPlaceIsInTheLog() throws Exception {
        Answer answer = host.get("/f/go/panic").expect(500);
        assertFalse(answer.text().contains("no such luck"), answer::text);
        String log = host.log("go").toString();
        assertTrue(log.contains("GET /panic: panic: no such luck"), log);
        assertTrue(log.contains("main.go"), log);
        host.get("/f/go/nil").expect(500);
        assertTrue(host.log("go").toString().contains("invalid memory address or nil pointer dereference"));
    }

    @Test
    void whatEndsTheRuntimeIsToldApart() throws Exception {
        host.get("/f/go/exit").expect(500);
        host.get("/f/go/stuck").expect(500);
        String log = host.log("go").toString();
        assertTrue(log.contains("exited with status"), log);
        assertTrue(log.contains("all goroutines are asleep - deadlock!"), log);
        host.get("/f/go/").expect(200);
    }

    @Test
    void aResponseThatIsFlushedGoesOutInPieces() throws Exception {
        Answer answer = host.get("/f/go/stream").expect(202);
        assertEquals("piece 0\npiece 1\npiece 2\n", answer.text());
        assertEquals("text/plain", answer.header("content-type"));
        assertThrows(IOException.class, () -> host.get("/f/go/cut"));
    }

    /** The collector runs while the host puts results into memory: for a head past 16 KiB in the midst of it, with clocks paused. */
    @Test
    void theCollectorTakesNothingThatIsInUse() throws Exception {
        byte[] body = new byte[3_000_000];
        new Random(7).nextBytes(body);
        String large = "x".repeat(7_000);
        for (int call = 0; call < 5; call++) {
            Answer answer = host.send(host.request("/f/go/collect")
                    .header("x-large-1", large)
                    .header("x-large-2", large)
                    .header("x-large-3", large)
                    .POST(BodyPublishers.ofByteArray(body)));
            assertEquals("1273600", answer.expect(200).header("x-sum"));
            assertArrayEquals(body, answer.bytes());
        }
    }

    @Test
    void aWarmedCallStartsFromTheSnapshotAndDrawsRandomnessOfItsOwn() throws Exception {
        String settings =
                "{'warmup':{'uniqueness':'warn','requests':[{'path':'/calls'},{'path':'/log'},{'path':'/random'}]}}";
        host.deploy("warmed", GUEST, settings);
        host.awaitWarmup("warmed", "warmed");
        for (int call = 0; call < 3; call++) {
            Answer answer = host.get("/f/warmed/calls").expect(200);
            assertEquals("warmed", answer.header("mayfly-start"));
            assertEquals("2 1", answer.text());
        }
        String first = host.get("/f/warmed/random").expect(200).text();
        assertNotEquals(first, host.get("/f/warmed/random").expect(200).text());
        assertEquals("0 1 2 true", host.get("/f/warmed/sleep").expect(200).text());
        long before = System.currentTimeMillis();
        assertTrue(Long.parseLong(host.get("/f/warmed/time").expect(200).text()) >= before);
        host.get("/f/warmed/panic").expect(500);
    }
}
