package dev.mayfly.host.interfaces;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.host.Limits;
import dev.mayfly.host.testing.Answer;
import dev.mayfly.host.testing.Raw;
import dev.mayfly.host.testing.TestHost;
import dev.mayfly.host.testing.Waiting;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A function for {@code wasi:http/incoming-handler}, as it was built for any host: what it answers with, when that goes out, and what goes wrong with it. */
@Timeout(60)
final class WasiHttpTest {
    private static final String PLAIN = "http";
    private static final String WSTD = "http-wstd";

    private static TestHost host;
    private static final HttpClient HTTP2 = TestHost.client(HttpClient.Version.HTTP_2);

    @BeforeAll
    static void start() throws Exception {
        host = TestHost.start(
                Limits.defaults().withRequestBodyBytesMax(64 << 20).withResponseBodyBytesMax(64 << 20));
        host.deploy(PLAIN, "wasi/" + PLAIN);
        host.deploy(WSTD, "wasi/" + WSTD);
    }

    @AfterAll
    static void stop() {
        HTTP2.close();
        host.close();
    }

    @AfterEach
    void nothingIsTaken() throws Exception {
        host.expectNothingTaken();
    }

    private static String lastLogged() throws Exception {
        return host.log(PLAIN).getLast();
    }

    private static Socket begin(String path) throws IOException {
        Socket socket = host.connect();
        Raw.write(socket, "GET /f/" + PLAIN + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
        return socket;
    }

    private static BufferedReader lines(Socket socket) throws IOException {
        return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
    }

    private static void readUntil(BufferedReader lines, String wanted) throws IOException {
        for (String line = lines.readLine(); !wanted.equals(line); line = lines.readLine()) {
            assertTrue(line != null, "the connection ended before " + wanted);
        }
    }

    /** The response ends with its connection and not with its last chunk. */
    private static void expectCutOff(String path) {
        assertThrows(IOException.class, () -> host.get("/f/" + PLAIN + path));
        assertThrows(IOException.class, () -> TestHost.send(HTTP2, host.request("/f/" + PLAIN + path)));
    }

    @ParameterizedTest
    @ValueSource(strings = {PLAIN, WSTD})
    void aFunctionForAnyHostAnswersInOnePiece(String guest) throws Exception {
        Answer answer = host.get("/f/" + guest + "/").expect(200);
        assertEquals("hello\n", answer.text());
        assertEquals("6", answer.header("content-length"), "a small response is not sent in chunks");
        assertEquals(404, host.get("/f/" + guest + "/nowhere").status());
    }

    @Test
    void itSeesItsRequestsHeadWithoutWhatIsTheConnections() throws Exception {
        String text = host.send(host.request("/f/" + PLAIN + "/head?a=%20b").header("X-A", "1"))
                .text();
        assertTrue(text.startsWith("Method::Get Some(Scheme::Http) Some(\"127.0.0.1:"), text);
        assertTrue(text.contains("Some(\"/head?a=%20b\")"), text);
        assertTrue(text.contains("Err(HeaderError::Immutable)"), text);
        assertTrue(text.contains("\nx-a: 1\n") && !text.contains("\nhost:") && !text.contains("\nconnection:"), text);
    }

    @ParameterizedTest
    @ValueSource(strings = {PLAIN, WSTD})
    void aRequestsBodyComesBackWhatItsLength(String guest) throws Exception {
        for (int length : new int[] {0, 1, 70_000, 5_000_000}) {
            byte[] body = new byte[length];
            new Random(length).nextBytes(body);
            assertArrayEquals(
                    body, host.post("/f/" + guest + "/echo", body).expect(200).bytes());
            assertArrayEquals(
                    body,
                    TestHost.send(HTTP2, host.request("/f/" + guest + "/echo").POST(BodyPublishers.ofByteArray(body)))
                            .expect(200)
                            .bytes());
        }
    }

    @Test
    void aBodyIsAnsweredWhileItComes() throws Exception {
        try (Socket socket = host.connect()) {
            Raw.write(
                    socket, "POST /f/" + PLAIN + "/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 200000\r\n\r\n");
            socket.getOutputStream().write(new byte[150_000]);
            InputStream in = socket.getInputStream();
            assertEquals('H', in.read(), "the response begins before the request's body is here");
            socket.getOutputStream().write(new byte[50_000]);
            assertEquals(0, new String(in.readNBytes(200_000), StandardCharsets.ISO_8859_1).indexOf("TTP/1.1 200"));
        }
    }

    @Test
    void whatIsFlushedReachesTheClientWhileTheFunctionWaits() throws Exception {
        try (Socket socket = begin("/stream?count=1000&ms=20")) {
            BufferedReader lines = lines(socket);
            readUntil(lines, "data: 0");
            readUntil(lines, "data: 1");
            assertTrue(host.metric("mayfly_engine_invocations_open") == 1, "it still runs");
        }
    }

    @Test
    void whatIsFlushedReachesTheClientWhileTheFunctionComputes() throws Exception {
        try (Socket socket = begin("/flush-spin?ms=3000")) {
            readUntil(lines(socket), "first");
            assertTrue(host.metric("mayfly_engine_invocations_open") == 1, "it still runs");
        }
    }

    @Test
    void aFunctionWhoseClientIsGoneIsCancelled() throws Exception {
        double before = host.invocations(PLAIN, "client-gone");
        try (Socket socket = begin("/stream?count=100000&ms=1")) {
            readUntil(lines(socket), "data: 3");
        }
        Waiting.until("it was cancelled", () -> host.invocations(PLAIN, "client-gone") == before + 1);
    }

    @Test
    void aClientHasAllOfAResponseWhileItsFunctionGoesOnAndMayLeave() throws Exception {
        try (Socket socket = begin("/after?ms=700")) {
            assertEquals("done\n", Raw.read(socket.getInputStream()).text());
            assertEquals(1, host.metric("mayfly_engine_invocations_open"), "it still runs");
        }
        Waiting.until("it went on", () -> host.log(PLAIN).contains("went on"));
    }

    @Test
    void aResponseThatIsNeverSetIsAProblemOfItsOwn() throws Exception {
        host.get("/f/" + PLAIN + "/never").problem(500, "response-missing");
        assertTrue(lastLogged().contains("response-outparam.set"), lastLogged());
    }

    @Test
    void aResponseThatIsSetTwiceIsATrap() throws Exception {
        host.get("/f/" + PLAIN + "/twice").problem(500, "function-trapped");
    }

    @Test
    void anErrorCodeIsAProblemThatNamesIt() throws Exception {
        String detail = host.get("/f/" + PLAIN + "/code")
                .problem(503, "function-unavailable")
                .path("detail")
                .asText();
        assertTrue(detail.contains("connection-refused"), detail);
    }

    @Test
    void aBodyThatIsDroppedIsNoResponseOrOneCutOff() throws Exception {
        host.get("/f/" + PLAIN + "/drop").problem(500, "response-incomplete");
        expectCutOff("/drop?ms=50");
        assertTrue(lastLogged().contains("response cut off"), lastLogged());
    }

    @Test
    void aBodyOfAnotherLengthThanItSaidIsNoResponseOrOneCutOff() throws Exception {
        assertEquals(
                "xxx",
                host.get("/f/" + PLAIN + "/sized?said=3&written=3").expect(200).text());
        for (String sizes : List.of("said=5&written=3", "said=3&written=5")) {
            host.get("/f/" + PLAIN + "/sized?" + sizes).problem(500, "response-incomplete");
            List<String> log = host.log(PLAIN);
            assertTrue(
                    log.stream().anyMatch(line -> line.startsWith("finish: Err(ErrorCode::HttpResponseBodySize(")),
                    log::toString);
            expectCutOff("/sized?ms=20&" + sizes);
        }
    }

    @Test
    void aTrapIsAProblemUntilTheHeadIsSentAndAResetThen() throws Exception {
        host.get("/f/" + PLAIN + "/trap?when=before").problem(500, "function-trapped");
        host.get("/f/" + PLAIN + "/trap?when=begun").problem(500, "function-trapped");
        expectCutOff("/trap?when=begun&ms=50");
        assertEquals(
                "begun\n",
                host.get("/f/" + PLAIN + "/trap?when=after&ms=50").expect(200).text(),
                "what is whole stays so");
    }

    @Test
    void aFunctionThatExitsHavingAnsweredHasAnswered() throws Exception {
        assertEquals("left\n", host.get("/f/" + PLAIN + "/exit").expect(200).text());
    }

    @Test
    void aStatusThatIsNoneIsRefused() throws Exception {
        assertEquals(299, host.get("/f/" + PLAIN + "/status?code=299").status());
        host.get("/f/" + PLAIN + "/status?code=199").problem(500, "response-invalid");
        host.get("/f/" + PLAIN + "/status?code=42").expect(200);
        assertEquals("Err(())", lastLogged());
    }

    @Test
    void headerLinesThatBreakTheConnectionOrAnotherLineCantBeSet() throws Exception {
        assertEquals(
                List.of(
                        "Err(HeaderError::Forbidden)",
                        "Err(HeaderError::Forbidden)",
                        "Err(HeaderError::Forbidden)",
                        "Err(HeaderError::InvalidSyntax)",
                        "Err(HeaderError::InvalidSyntax)",
                        "Ok(())",
                        "1",
                        "Err(HeaderError::Forbidden)"),
                host.get("/f/" + PLAIN + "/fields").text().lines().toList());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 50})
    void trailersGoBehindTheBodyWhetherItWasSentBeforeOrNot(int ms) throws Exception {
        try (Socket socket = host.connect()) {
            Raw.write(
                    socket,
                    "GET /f/" + PLAIN + "/trailers?ms=" + ms
                            + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            String all = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1)
                    .toLowerCase(Locale.ROOT);
            assertTrue(all.contains("\r\n4\r\nall\n\r\n0\r\n"), all);
            assertTrue(all.indexOf("\r\nx-checksum: 42\r\n") > all.indexOf("\r\n0\r\n"), all);
        }
        Answer answer = TestHost.send(HTTP2, host.request("/f/" + PLAIN + "/trailers?ms=" + ms));
        assertEquals("all\n", answer.expect(200).text());
        host.get("/f/" + PLAIN + "/trailers?empty=1").problem(500, "response-incomplete");
        assertTrue(host.log(PLAIN).stream().anyMatch(line -> line.contains("behind an empty body")));
    }

    @Test
    void aHeadRequestHasTheLengthAndNoBody() throws Exception {
        Answer answer = host.send(
                        host.request("/f/" + PLAIN + "/sized?said=7&written=0").method("HEAD", BodyPublishers.noBody()))
                .expect(200);
        assertEquals("7", answer.header("content-length"));
    }

    @Test
    void aTaskThatSleepsIsLateByLittle() throws Exception {
        long startNs = System.nanoTime();
        assertEquals(
                "hello at last\n",
                host.get("/f/" + WSTD + "/late?ms=100").expect(200).text());
        assertTrue(System.nanoTime() - startNs >= 100_000_000);
    }
}
