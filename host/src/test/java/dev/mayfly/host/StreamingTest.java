package dev.mayfly.host;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.host.testing.Answer;
import dev.mayfly.host.testing.Raw;
import dev.mayfly.host.testing.TestHost;
import dev.mayfly.host.testing.Waiting;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code mayfly:function/streaming}: a response reaches its client while the function still runs, whole or visibly not. */
@Timeout(60)
final class StreamingTest {
    private static TestHost host;

    @BeforeAll
    static void start() throws Exception {
        host = TestHost.start();
        host.deploy("probe", "probe");
    }

    @AfterAll
    static void stop() {
        host.close();
    }

    @AfterEach
    void nothingIsTaken() throws Exception {
        host.expectNothingTaken();
    }

    private static Socket begin(String path) throws IOException {
        Socket socket = host.connect();
        Raw.write(socket, "GET /f/probe" + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
        return socket;
    }

    private static void readUntil(Socket socket, String wanted) throws IOException {
        BufferedReader lines =
                new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        for (String line = lines.readLine(); !wanted.equals(line); line = lines.readLine()) {
            assertTrue(line != null, "the connection ended before " + wanted);
        }
    }

    @Test
    void eventsAreServerSentEvents() throws Exception {
        Answer answer = host.get("/f/probe/events?count=2").expect(200);
        assertEquals("text/event-stream", answer.header("content-type"));
        assertEquals(
                "event: step\nid: 0\ndata: 0\ndata: of many\n\nevent: step\nid: 1\ndata: 1\ndata: of many\n\n",
                answer.text());
    }

    @Test
    void anEventArrivesWhileTheFunctionWaitsForTheNext() throws Exception {
        try (Socket socket = begin("/events?count=1000&ms=20")) {
            readUntil(socket, "id: 2");
            assertEquals(1, host.metric("mayfly_engine_invocations_open"), "it still runs");
        }
    }

    @Test
    void aFunctionWhoseClientIsGoneIsCancelled() throws Exception {
        double before = host.invocations("probe", "client-gone");
        try (Socket socket = begin("/events?count=100000&ms=5")) {
            readUntil(socket, "id: 1");
        }
        Waiting.until("it was cancelled", () -> host.invocations("probe", "client-gone") == before + 1);
    }

    @Test
    void aBodyIsPassedOnWhatItsLength() throws Exception {
        for (int length : new int[] {0, 10, 300_000}) {
            byte[] body = new byte[length];
            new Random(length).nextBytes(body);
            Answer answer = host.post("/f/probe/pass-stream", body).expect(200);
            assertEquals("yes", answer.header("x-streamed"));
            byte[] got = answer.bytes();
            assertEquals("first: ", new String(got, 0, 7, StandardCharsets.US_ASCII));
            assertArrayEquals(body, Arrays.copyOfRange(got, 7, got.length));
        }
    }

    @Test
    void aClientHasAllOfAResponseWhileItsFunctionGoesOn() throws Exception {
        try (Socket socket = begin("/after-stream?ms=500")) {
            assertEquals("done\n", Raw.read(socket.getInputStream()).text());
            assertEquals(1, host.metric("mayfly_engine_invocations_open"), "it still runs");
        }
        Waiting.until("it went on", () -> host.log("probe").contains("went on"));
    }

    @Test
    void anErrorIsAProblemUntilSomethingIsSentAndCutsTheResponseOffThen() throws Exception {
        host.get("/f/probe/bad-stream?end=error").problem(503, "function-unavailable");
        host.get("/f/probe/bad-stream?end=panic").problem(500, "function-trapped");
        assertThrows(IOException.class, () -> host.get("/f/probe/bad-stream?end=error&ms=30"));
        assertThrows(IOException.class, () -> host.get("/f/probe/bad-stream?end=panic&ms=30"));
    }

    @Test
    void aBodyOfAnotherLengthThanItSaidIsCutOff() throws Exception {
        assertEquals(
                "begun\nmore\n",
                host.get("/f/probe/bad-stream?end=more&length=11").expect(200).text());
        host.get("/f/probe/bad-stream?end=more&length=12").problem(500, "response-incomplete");
        host.get("/f/probe/bad-stream?end=more&length=10").problem(500, "response-incomplete");
        assertTrue(host.log("probe").stream().anyMatch(line -> line.contains("more was written than content-length")));
        assertThrows(IOException.class, () -> host.get("/f/probe/bad-stream?end=more&length=12&ms=30"));
    }

    @Test
    void aResponseStartsOnce() throws Exception {
        assertEquals(
                "begun\n", host.get("/f/probe/bad-stream?end=again").expect(200).text(), "what is returned is dropped");
    }

    @Test
    void anEventsNameCantBeginAnotherField() throws Exception {
        String text = host.get("/f/probe/bad-stream?end=event").expect(200).text();
        assertTrue(text.contains("Err(Invalid("), text);
    }
}
