package dev.mayfly.host.interfaces;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mayfly.host.testing.Guests;
import dev.mayfly.host.testing.TestHost;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A program with {@code main} answers requests as CGI has it, as a component and as a core module for preview 1. */
final class CommandTest {
    private static final String WASI = "command";
    private static final String PREVIEW1 = "command-preview1";

    private static TestHost host;

    @BeforeAll
    static void start() throws Exception {
        host = TestHost.start();
        for (String guest : List.of(WASI, PREVIEW1)) {
            host.send(host.request("/v1/functions/" + guest + "?config=GREETING%3Dhi&config=REQUEST_METHOD%3Dmine")
                            .PUT(BodyPublishers.ofByteArray(Guests.bytes("wasi/" + guest))))
                    .expect(201);
        }
    }

    @AfterAll
    static void stop() {
        host.close();
    }

    private static String lastLogged(String guest) throws Exception {
        List<String> log = host.log(guest);
        return log.get(log.size() - 1);
    }

    @Test
    void aCoreModuleThatIsAProgramIsMadeACommandAndTheDeployReportSaysSo() throws Exception {
        JsonNode function = host.upload("reported", Guests.bytes("wasi/" + PREVIEW1))
                .expect(201)
                .json();
        assertTrue(function.path("componentized").asBoolean());
        assertEquals(
                "a WASI preview 1 command, run once a request as CGI has it",
                function.path("madeFrom").asText());
        assertTrue(function.path("exports").toString().contains("wasi:cli/run@0.2."), function::toString);
    }

    @ParameterizedTest
    @ValueSource(strings = {WASI, PREVIEW1})
    void aRequestsBodyIsStandardInputAndStandardOutputIsTheResponse(String guest) throws Exception {
        byte[] body = new byte[300_000];
        new Random(6).nextBytes(body);
        var answer = host.post("/f/" + guest + "/echo", body).expect(200);
        assertArrayEquals(body, answer.bytes());
        assertEquals("300000", answer.header("x-bytes"));
    }

    @ParameterizedTest
    @ValueSource(strings = {WASI, PREVIEW1})
    void aRequestsHeadIsTheEnvironmentBesideTheConfiguration(String guest) throws Exception {
        List<String> lines = host.send(host.request("/f/" + guest + "/environment?a=b&c")
                        .header("X-Custom", "one")
                        .header("Proxy", "http://evil.example")
                        .header("Content-Type", "text/x-made-up"))
                .expect(200)
                .text()
                .lines()
                .toList();
        for (String line : List.of(
                "GREETING=hi",
                "REQUEST_METHOD=GET",
                "QUERY_STRING=a=b&c",
                "PATH_INFO=/environment",
                "GATEWAY_INTERFACE=CGI/1.1",
                "HTTP_X_CUSTOM=one",
                "CONTENT_TYPE=text/x-made-up")) {
            assertTrue(lines.contains(line), () -> line + " is not among " + lines);
        }
        assertFalse(lines.stream().anyMatch(line -> line.startsWith("HTTP_PROXY")), lines::toString);
        assertEquals(
                1,
                lines.stream()
                        .filter(line -> line.startsWith("REQUEST_METHOD="))
                        .count());
    }

    @ParameterizedTest
    @ValueSource(strings = {WASI, PREVIEW1})
    void outputInManyPiecesIsOneBody(String guest) throws Exception {
        String all = IntStream.range(0, 5_000).mapToObj(i -> i + "\n").collect(Collectors.joining());
        assertEquals(all, host.get("/f/" + guest + "/many?5000").expect(200).text());
    }

    @Test
    void theStatusIsTheCommands() throws Exception {
        assertEquals(
                "nothing here\n", host.get("/f/command/missing").expect(404).text());
        assertEquals(
                "https://example.org/",
                host.get("/f/command/elsewhere").expect(302).header("location"));
    }

    @ParameterizedTest
    @ValueSource(strings = {WASI, PREVIEW1})
    void anExitInOrderIsAnAnswerAndAnyOtherAFailure(String guest) throws Exception {
        assertEquals("half\n", host.get("/f/" + guest + "/exit?0").expect(200).text());
        assertEquals("about to exit", lastLogged(guest), "standard error is the log");
        host.get("/f/" + guest + "/exit?3").expect(500);
        assertTrue(lastLogged(guest).contains("the command exited with status "), lastLogged(guest));
    }

    @Test
    void outputThatIsNoResponseSaysHowOneBegins() throws Exception {
        host.get("/f/command/talk").expect(500);
        assertTrue(lastLogged("command").contains("Hello, world!"), lastLogged("command"));
        host.get("/f/command/silent").expect(500);
        assertTrue(lastLogged("command").contains("wrote no response"), lastLogged("command"));
    }

    @Test
    void headerLinesWithoutEndAreStoppedAtTheirLimit() throws Exception {
        host.get("/f/command/endless").expect(500);
        assertTrue(lastLogged("command").contains("response-head-bytes-max"), lastLogged("command"));
    }
}
