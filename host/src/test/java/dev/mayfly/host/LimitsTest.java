package dev.mayfly.host;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mayfly.engine.MayflyException;
import dev.mayfly.host.testing.Answer;
import dev.mayfly.host.testing.Raw;
import dev.mayfly.host.testing.TestHost;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each limit has a name, holds, and says which one it was. */
class LimitsTest {
    private static final int BODY_MAX = 100_000;
    private static final int HEAD_MAX = 8 << 10;
    private static final int HEADERS_MAX = 20;

    private static TestHost host;

    @BeforeAll
    static void start() throws Exception {
        host = TestHost.start(Limits.defaults()
                .withRequestBodyBytesMax(BODY_MAX)
                .withResponseBodyBytesMax(BODY_MAX)
                .withBufferBytesMax(400_000)
                .withBufferCountMax(10)
                .withRequestHeadBytesMax(HEAD_MAX)
                .withHeaderCountMax(HEADERS_MAX)
                .withResponseHeadBytesMax(4 << 10)
                .withRequestHeadTimeMax(Duration.ofSeconds(2))
                .withRequestBodyTimeMax(Duration.ofSeconds(2))
                .withResponseTimeMax(Duration.ofSeconds(2))
                .withMemoryBytesMax(8 << 20)
                .withTableElementsMax(1_000)
                .withLogBytesMax(1_000)
                .withDeadline(Duration.ofMillis(200)));
        for (String guest : List.of("probe", "echo", "tables")) {
            host.deploy(guest, guest);
        }
    }

    @AfterAll
    static void stop() {
        host.close();
    }

    private static HttpRequest.BodyPublisher unknownLength(byte[] bytes) {
        return BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(bytes));
    }

    // ---- request

    @Test
    void aBodyAtTheLimitIsTakenWhetherItsLengthIsKnownOrNot() throws Exception {
        byte[] body = new byte[BODY_MAX];
        assertArrayEquals(body, host.post("/f/echo", body).expect(200).bytes());
        assertArrayEquals(
                body,
                host.send(host.request("/f/echo").POST(unknownLength(body)))
                        .expect(200)
                        .bytes());
    }

    @ParameterizedTest
    @EnumSource(HttpClient.Version.class)
    void aBodyPastTheLimitIsRefusedWhetherItsLengthIsKnownOrNot(HttpClient.Version version) throws Exception {
        double before = host.invocations("echo", "body-too-large");
        try (HttpClient client = TestHost.client(version)) {
            for (int bytes : new int[] {BODY_MAX + 1, 2 * BODY_MAX, 3 << 20}) {
                byte[] body = new byte[bytes];
                for (HttpRequest.BodyPublisher publisher :
                        List.of(BodyPublishers.ofByteArray(body), unknownLength(body))) {
                    JsonNode problem = TestHost.send(
                                    client, host.request("/f/echo").POST(publisher))
                            .problem(413, "body-too-large");
                    assertEquals("request-body-bytes-max", problem.path("limit").asText());
                }
            }
        }
        assertEquals(before + 6, host.invocations("echo", "body-too-large"));
    }

    @Test
    void aBodyFarPastTheLimitIsRefusedBeforeItIsSent() throws Exception {
        Raw.Response response;
        try (Socket socket = host.connect()) {
            Raw.write(socket, "POST /f/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9999999999999\r\n\r\n");
            response = Raw.read(socket.getInputStream());
        }
        assertEquals(413, response.status());
        assertTrue(response.text().contains("urn:mayfly:problem:body-too-large"), response::text);
        try (Socket socket = host.connectAdmin()) {
            Raw.write(
                    socket,
                    "PUT /v1/functions/x HTTP/1.1\r\nHost: localhost\r\n" + host.authorization()
                            + "Content-Length: 9999999999999\r\n\r\n");
            response = Raw.read(socket.getInputStream());
        }
        assertEquals(413, response.status());
        assertTrue(response.text().contains("urn:mayfly:problem:component-too-large"), response::text);
    }

    @Test
    void aChunkPastTheLimitIsRefusedBeforeItIsSent() throws Exception {
        try (Socket socket = host.connect()) {
            Raw.write(
                    socket,
                    "POST /f/echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n7fffffff\r\n");
            Raw.Response response = Raw.read(socket.getInputStream());
            assertEquals(413, response.status(), response::text);
            assertTrue(response.text().contains("urn:mayfly:problem:body-too-large"), response::text);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"path", "query", "header", "headers"})
    void aHeadPastTheLimitIsRefused(String where) throws Exception {
        String tooMuch = "x".repeat(HEAD_MAX + 100);
        String request = switch (where) {
            case "path" -> "GET /f/echo/" + tooMuch + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
            case "query" -> "GET /f/echo?" + tooMuch + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
            case "header" -> "GET /f/echo HTTP/1.1\r\nHost: localhost\r\nx: " + tooMuch + "\r\n\r\n";
            default ->
                "GET /f/echo HTTP/1.1\r\nHost: localhost\r\n" + ("x: " + "y".repeat(700) + "\r\n").repeat(15) + "\r\n";
        };
        try (Socket socket = host.connect()) {
            Raw.write(socket, request);
            Raw.Response response = Raw.read(socket.getInputStream());
            assertEquals(431, response.status(), response::text);
            assertTrue(response.text().contains("urn:mayfly:problem:head-too-large"), response::text);
            assertTrue(response.text().contains("\"limit\":\"request-head-bytes-max\""), response::text);
        }
    }

    @Test
    void aHeadThatFitsInPartsButNotAsAWholeIsRefused() throws Exception {
        String half = "x".repeat(HEAD_MAX * 2 / 3);
        JsonNode problem =
                host.send(host.request("/f/echo?" + half).header("x", half)).problem(431, "head-too-large");
        assertEquals("request-head-bytes-max", problem.path("limit").asText());
    }

    @Test
    void asManyHeadersAsTheLimitAreTakenAndOneMoreIsNot() throws Exception {
        // Host is one of them.
        for (int more : new int[] {0, 1}) {
            StringBuilder request = new StringBuilder("GET /f/probe/status?code=202 HTTP/1.1\r\nHost: localhost\r\n");
            for (int i = 1; i < HEADERS_MAX + more; i++) {
                request.append("x-").append(i).append(": y\r\n");
            }
            try (Socket socket = host.connect()) {
                Raw.write(socket, request + "\r\n");
                Raw.Response response = Raw.read(socket.getInputStream());
                assertEquals(more == 0 ? 202 : 431, response.status(), response::text);
                if (more > 0) {
                    assertTrue(response.text().contains("urn:mayfly:problem:too-many-headers"), response::text);
                    assertTrue(response.text().contains("\"limit\":\"header-count-max\""), response::text);
                }
            }
        }
    }

    @Test
    void manyLinesOfOneHeaderCountAsMany() throws Exception {
        try (Socket socket = host.connect()) {
            Raw.write(socket, "GET /f/echo HTTP/1.1\r\nHost: localhost\r\n" + "a: b\r\n".repeat(HEADERS_MAX) + "\r\n");
            assertEquals(431, Raw.read(socket.getInputStream()).status());
        }
    }

    @Test
    void anEndlessHeadOfAnHttp2RequestIsCutOff() throws Exception {
        try (HttpClient client = TestHost.client(HttpClient.Version.HTTP_2)) {
            TestHost.send(client, host.request("/f/echo")).expect(200);
            HttpRequest.Builder bomb = host.request("/f/echo");
            for (int i = 0; i < 200; i++) {
                bomb.header("x-" + i, "y".repeat(200));
            }
            assertThrows(IOException.class, () -> {
                int status = TestHost.send(client, bomb).status();
                if (status == 431) {
                    throw new IOException("refused as a problem, which is as good");
                }
            });
        }
        host.get("/f/probe/status?code=200").expect(200);
    }

    // ---- slow clients

    private static void expectCutOff(Socket socket) throws IOException {
        long startNs = System.nanoTime();
        try {
            socket.getInputStream().readAllBytes();
        } catch (SocketException e) {
            // Reset is cut off too.
        }
        assertTrue(System.nanoTime() - startNs < Duration.ofSeconds(30).toNanos(), "cut off");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "G",
                "PRI * HT",
                "GET /f/echo HTTP/1.1\r\nHost: loc",
                "POST /f/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n12345",
                "POST /f/echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12",
                "POST /f/nobody HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n",
            })
    void aClientThatStopsInTheMiddleIsCutOff(String part) throws Exception {
        try (Socket socket = host.connect()) {
            Raw.write(socket, part);
            expectCutOff(socket);
        }
        host.expectNothingTaken();
    }

    @Test
    void aClientThatTricklesIsCutOff() throws Exception {
        try (Socket socket = host.connect()) {
            Raw.write(socket, "POST /f/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n");
            assertThrows(IOException.class, () -> {
                for (int i = 0; i < 300; i++) {
                    Raw.write(socket, "x");
                    Thread.sleep(100);
                }
            });
        }
        host.expectNothingTaken();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aConnectionOfHttp2AtRestIsLeftAlone(boolean upgraded) throws Exception {
        String preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
        String settings = "\0\0\0\4\0\0\0\0\0";
        try (Socket socket = host.connect()) {
            if (upgraded) {
                Raw.write(
                        socket,
                        "GET /f/echo HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: \r\n\r\n");
                assertEquals(
                        "HTTP/1.1 101", new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII));
            }
            Raw.write(socket, preface + settings);
            Thread.sleep(3_000);
            byte[] ping = "\0\0\10\6\0\0\0\0\0pingpong".getBytes(StandardCharsets.US_ASCII);
            socket.getOutputStream().write(ping);
            StringBuilder received = new StringBuilder();
            while (received.indexOf("pingpong") < 0) {
                int b = socket.getInputStream().read();
                assertTrue(b >= 0, "the connection is open");
                received.append((char) b);
            }
        }
    }

    @Test
    void aConnectionAtRestIsLeftAlone() throws Exception {
        try (Socket socket = host.connect()) {
            for (int i = 0; i < 2; i++) {
                Raw.write(socket, "GET /f/probe/status?code=202 HTTP/1.1\r\nHost: localhost\r\n\r\n");
                assertEquals(202, Raw.read(socket.getInputStream()).status());
                // Longer than any client may take over anything.
                Thread.sleep(i == 0 ? 3_000 : 0);
            }
        }
    }

    // ---- response and function

    @Test
    void aResponsePastTheLimitIsTheFunctionsMistake() throws Exception {
        host.get("/f/probe/append?bytes=" + BODY_MAX).expect(200);
        JsonNode problem = host.get("/f/probe/append?bytes=" + (BODY_MAX + 1)).problem(500, "response-too-large");
        assertEquals("response-body-bytes-max", problem.path("limit").asText());
        assertEquals(1, host.invocations("probe", "response-too-large"));
    }

    @Test
    void aResponseHeadPastTheLimitIsTheFunctionsMistake() throws Exception {
        host.get("/f/probe/header-flood?count=20&bytes=100").expect(200);
        Answer answer = host.get("/f/probe/header-flood?count=100&bytes=100");
        assertEquals(500, answer.status(), answer::text);
        assertTrue(
                answer.text().contains("response-head-bytes-max")
                        || answer.text().contains("urn:mayfly:problem:"),
                answer::text);
    }

    @Test
    void buffersAreBoundedByCountAndBytes() throws Exception {
        // The request's body is one of them.
        assertEquals("9", host.get("/f/probe/buffers?count=9").expect(200).text());
        assertTrue(host.get("/f/probe/buffers?count=10")
                .problem(429, "function-limit-exceeded")
                .path("detail")
                .asText()
                .contains("buffer-count-max"));
        assertTrue(host.get("/f/probe/append?bytes=500000&chunk=5000")
                .problem(429, "function-limit-exceeded")
                .path("detail")
                .asText()
                .contains("buffer-bytes-max"));
    }

    @Test
    void memoryAndTablesGrowToTheirLimitAndNoFurther() throws Exception {
        long pages = Long.parseLong(host.get("/f/probe/grow?step=1").expect(200).text());
        assertTrue(
                pages > 64 && pages < 128, "8 MiB are 128 pages and the probe has about 20 of its own; pages=" + pages);
        host.get("/f/probe/alloc?mib=4").expect(200);
        host.get("/f/probe/alloc?mib=9").problem(500, "function-trapped");
        assertEquals(201, host.get("/f/tables").status(), "the guest answers 200 + thousands of elements");
    }

    @Test
    void aLogIsBounded() throws Exception {
        host.get("/f/probe/log?lines=100&bytes=50").expect(200);
        assertTrue(host.log("probe").getLast().contains("log-bytes-max=1000"), host.log("probe")::toString);
    }

    @Test
    void theHostsDeadlineHoldsWhateverTheCallerAsksFor() throws Exception {
        JsonNode problem = host.send(host.request("/f/probe/spin").header("Mayfly-Deadline-Ms", "60000"))
                .problem(504, "deadline-exceeded");
        assertEquals(
                "the function was stopped after 200 ms", problem.path("detail").asText());
        assertEquals("deadline", problem.path("limit").asText());
    }

    // ---- settings

    @Test
    void aLimitThatMakesNoSenseIsRefusedByName() {
        List<UnaryOperator<Limits>> wrong = List.of(
                limits -> limits.withRequestHeadBytesMax(0),
                limits -> limits.withHeaderCountMax(0),
                limits -> limits.withRequestBodyBytesMax(-1),
                limits -> limits.withBufferBytesMax(1),
                limits -> limits.withBufferCountMax(65),
                limits -> limits.withDeadline(Duration.ZERO),
                limits -> limits.withHostConcurrencyMax(0),
                limits -> limits.withFunctionConcurrencyMax(0),
                limits -> limits.withSlabBytesMax(0));
        for (UnaryOperator<Limits> change : wrong) {
            String message = assertThrows(MayflyException.Invalid.class, () -> change.apply(Limits.defaults()))
                    .safeMessage();
            assertTrue(message.matches("limit [a-z-]+=.*"), message);
        }
    }
}
