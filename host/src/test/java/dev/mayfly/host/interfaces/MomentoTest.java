package dev.mayfly.host.interfaces;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.host.Limits;
import dev.mayfly.host.testing.Answer;
import dev.mayfly.host.testing.TestHost;
import dev.mayfly.host.testing.Waiting;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Functions for Momento, built from the published crates: their requests, responses and streams. {@code engine/test-guests/momento} has them. */
@Timeout(60)
final class MomentoTest {
    private static TestHost host;

    @BeforeAll
    static void start() throws Exception {
        host = TestHost.start(
                Limits.defaults().withRequestBodyBytesMax(64 << 20).withResponseBodyBytesMax(64 << 20));
        for (String guest : List.of("echo", "request", "stream", "spawned")) {
            host.deploy(guest, "momento/" + guest);
        }
    }

    @AfterAll
    static void stop() {
        host.close();
    }

    @AfterEach
    void nothingIsTaken() throws Exception {
        host.expectNothingTaken();
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4_096, 4_097, 65_536, 70_000, 5_000_000})
    void aBodyIsHandedOnWhatItsLength(int length) throws Exception {
        byte[] body = random(length);
        Answer answer = host.post("/f/echo", body).expect(200);
        assertArrayEquals(body, answer.bytes());
        assertEquals("application/octet-stream", answer.header("content-type"));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4_096, 4_097, 65_536, 70_000, 3_000_000})
    void aBodyIsReadInPiecesWhatItsLength(int length) throws Exception {
        byte[] body = random(length);
        int sum = 0;
        for (byte b : body) {
            sum = sum * 31 + (b & 0xff);
        }
        String expected = length + " " + Integer.toUnsignedString(sum);
        for (int size : new int[] {1_000, 8_191, 100_000}) {
            assertEquals(
                    expected,
                    host.post("/f/request/read?size=" + size, body).expect(200).text());
        }
        assertEquals(
                Integer.toString(length),
                host.post("/f/request/status?code=201", body).expect(201).header("x-length"));
    }

    @ParameterizedTest
    @ValueSource(ints = {5_000, 70_000, 3_000_000})
    void whatIsLeftOfABodyIsHandedOn(int length) throws Exception {
        byte[] body = random(length);
        byte[] rest = java.util.Arrays.copyOfRange(body, 4_321, length);
        assertArrayEquals(
                rest, host.post("/f/request/rest?skip=4321", body).expect(200).bytes());
    }

    @Test
    void aFunctionSeesItsRequestAndItsEnvironment() throws Exception {
        Answer answer = host.send(host.request("/f/request/head?a=%20b&c=d+e").header("X-A", "1"));
        String text = answer.expect(200).text();
        assertTrue(text.startsWith("GET head\nquery [(\"a\", \" b\"), (\"c\", \"d e\")]\n"), text);
        assertTrue(text.contains("(\"x-a\", \"1\")"), text);
        assertTrue(text.contains("\ntoken None\ncache cache\nfunction request\n"), text);
        String id = answer.header("mayfly-invocation-id");
        assertTrue(text.contains("\nid " + id + " " + id + "\n"), text);
    }

    @Test
    void whatIsTakenOfARequestCanBeTakenOnce() throws Exception {
        String text = host.get("/f/request/twice?a=1").expect(200).text();
        assertTrue(text.matches("\\([1-9]\\d*, 1\\) \\(0, 0\\) None None GET GET"), text);
    }

    @Test
    void aFunctionsErrorIsItsResponse() throws Exception {
        assertEquals(
                "there is no such thing", host.get("/f/request/x").expect(500).text());
    }

    @Test
    void theFirstEventMakesTheResponseAStreamOfEvents() throws Exception {
        Answer answer = host.get("/f/stream/events?count=3").expect(200);
        assertEquals("text/event-stream", answer.header("content-type"));
        assertEquals("no-cache", answer.header("cache-control"));
        assertEquals("", answer.header("x-late"), "returned headers come too late");
        assertEquals(
                "event: tick\ndata: 1\n\nevent: tick\ndata: 2\n\nid: last\ndata: one\ndata: two\n\n", answer.text());
    }

    @Test
    void aLateErrorIsTheLastEvent() throws Exception {
        assertEquals(
                "event: first\n\nevent: http-error\ndata: HTTP 500: too\ndata: late\n\n",
                host.get("/f/stream/fail-late").expect(200).text());
    }

    @Test
    void eventsMayHaveAHeadOfTheirOwn() throws Exception {
        Answer answer = host.get("/f/stream/headers").expect(201);
        assertEquals("1", answer.header("x-a"));
        assertEquals("data: x\n\n", answer.text());
    }

    @Test
    void bytesAreStreamedWithTheRequestBehindThem() throws Exception {
        byte[] body = random(300_000);
        Answer answer = host.send(host.request("/f/stream/bytes?count=200").POST(BodyPublishers.ofByteArray(body)));
        assertEquals(206, answer.status());
        assertEquals("raw", answer.header("x-kind"));
        byte[] bytes = answer.bytes();
        assertEquals(500_000, bytes.length);
        assertArrayEquals(body, java.util.Arrays.copyOfRange(bytes, 200_000, 500_000));
    }

    @Test
    void streamedBytesThatEndInAnErrorAreCutOff() {
        assertThrows(IOException.class, () -> {
            Answer answer = host.get("/f/stream/cut");
            // What was not sent yet can still be an error.
            if (answer.status() >= 500) {
                throw new IOException(answer.text());
            }
        });
    }

    @Test
    void whatIsNoEventIsRefusedWithItsReason() throws Exception {
        List<String> reasons =
                host.get("/f/stream/bad").expect(200).text().lines().toList();
        List<String> expected = List.of(
                "event or data must be provided",
                "bad event name: ",
                "bad event name: ",
                "bad event id: ",
                "bad data: ",
                "bad data: ",
                "the response was not started");
        assertEquals(expected.size(), reasons.size());
        for (int i = 0; i < expected.size(); i++) {
            assertTrue(reasons.get(i).startsWith(expected.get(i)), reasons.get(i));
        }
    }

    @Test
    void aFunctionThatIsOnlySpawnedAnswersNoRequests() throws Exception {
        assertTrue(host.post("/f/spawned", "x".getBytes(StandardCharsets.UTF_8)).status() >= 500);
        Waiting.until("it is over", () -> host.metric("mayfly_slots_in_use") == 0);
    }
}
