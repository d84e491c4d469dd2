package dev.mayfly.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mayfly.host.testing.Answer;
import dev.mayfly.host.testing.TestHost;
import dev.mayfly.host.testing.Waiting;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Functions that are warmed up once and start from there in every call, each of which has a fresh instance. */
@Timeout(120)
final class WarmupTest {
    private static TestHost host;

    @BeforeAll
    static void start() {
        host = TestHost.start();
    }

    @AfterAll
    static void stop() {
        host.close();
    }

    /** Deploys the guest warm under a name, with a warm-up in JSON with single quotes. */
    private static void deploy(String name, String warmup, String... more) throws Exception {
        String settings = "{'warmup':" + warmup + String.join("", more) + "}";
        host.deploy(name, "warm", settings);
    }

    private static JsonNode await(String name, String state) throws Exception {
        List<JsonNode> last = new ArrayList<>(List.of(host.warmup(name)));
        Waiting.until(name + " is " + state + ": " + last, () -> {
            last.set(0, host.warmup(name));
            String now = last.getFirst().path("state").asText();
            assertTrue(!now.equals("refused") || state.equals("refused"), last::toString);
            return now.equals(state);
        });
        return last.getFirst();
    }

    private static String requests(String... requests) {
        return "{'requests':[" + String.join(",", requests) + "]}";
    }

    private static String request(String path) {
        return "{'path':'" + path + "'}";
    }

    private static String text(String path) throws Exception {
        return host.get(path).expect(200).text();
    }

    @Test
    void everyCallStartsWhereTheWarmUpEnded() throws Exception {
        deploy("tables", requests(request("/look"), request("/counted")));
        JsonNode report = await("tables", "warmed");
        assertTrue(report.path("imageBytes").asLong() > 10 << 20, report::toString);
        String plain = text("/f/tables/plain?at=70000");
        for (int i = 0; i < 5; i++) {
            Answer answer = host.get("/f/tables/counted").expect(200);
            assertEquals("warmed", answer.header("mayfly-start"));
            assertEquals("3", answer.text(), "two requests were before, and nothing that other calls did");
            assertEquals(plain, text("/f/tables/look?at=70000"));
        }
    }

    @Test
    void aFunctionWithoutAWarmUpStartsCold() throws Exception {
        host.deploy("plain", "warm", "{}");
        assertEquals("cold", host.get("/f/plain/counted").expect(200).header("mayfly-start"));
        assertEquals(
                0,
                host.get("/v1/functions/plain/warmup")
                        .expect(200)
                        .json()
                        .path("versions")
                        .size());
        host.post("/v1/functions/plain/warmup", new byte[0]).expect(409);
    }

    @Test
    void receiptsSayHowAnInstanceStarted() throws Exception {
        deploy("receipts", requests(request("/plain")));
        await("receipts", "warmed");
        host.get("/f/receipts/plain").expect(200);
        Waiting.until(
                "there is a receipt",
                () -> host.get("/v1/functions/receipts/calls")
                        .expect(200)
                        .text()
                        .contains("\"warmed\""));
    }

    @Test
    void allRestoredCallsSeeTheSameImageWhateverOthersWrote() throws Exception {
        deploy("image", requests(request("/look")));
        await("image", "warmed");
        String first = text("/f/image/hash");
        for (int i = 0; i < 50; i++) {
            assertEquals(first, text("/f/image/hash"));
        }
    }

    @Test
    void warmUpRequestsAreSentAsTheyAreSaid() throws Exception {
        deploy(
                "exact",
                requests(
                        "{'path':'/edge','expect':{'status-codes':[200],'body-includes':'1'}}",
                        "{'path':'/remember','method':'POST','body':'four','expect':{'body-regex':'^4$'}}"));
        await("exact", "warmed");
        assertEquals("none", text("/f/exact/edge"));
    }

    @Test
    void randomnessAndTheClockAreThoseOfTheCall() throws Exception {
        deploy("fresh", requests(request("/look"), request("/clock")));
        await("fresh", "warmed");
        assertNotEquals(text("/f/fresh/draw"), text("/f/fresh/draw"));
        assertTrue(Long.parseLong(text("/f/fresh/clock")) / 1_000_000 > System.currentTimeMillis() - 60_000);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "status       | {'path':'/fail'}          | warm-up request 2 (GET /fail) was answered with status 500, expected was 200 to 399",
                "expected     | {'path':'/plain','expect':{'body-includes':'x'}} | was answered with a body that does not include: x",
                "trap         | {'path':'/trap'}          | warm-up request 2 (GET /trap) trapped, unreachable",
                "spin         | {'path':'/spin'}          | was stopped at its limit of CPU time",
                "secret       | {'path':'/secret?name=x'} | asked for a secret, which no warm-up gets",
                "fetch        | {'path':'/fetch?upstream=x'} | asked for a connection to an upstream",
                "keep         | {'path':'/keep'}          | keeps a handle across its end: mayfly:data/buffers buffer",
                "random       | {'path':'/random'}        | draws from wasi:random/random",
                "grow         | {'path':'/grow'}          | a memory has grown to its limit",
                "unknown      | {'path':'/nothing'}       | reported an error",
            })
    void whatCannotBeWarmedUpIsReportedWithItsCauseAndServedCold(String name, String request, String cause)
            throws Exception {
        deploy(name, requests(request("/plain"), request), ",'limits':{'cpu-time':'300ms'}");
        JsonNode report = await(name, "refused");
        assertTrue(report.path("causes").toString().contains(cause), report::toString);
        Answer answer = host.get("/f/" + name + "/counted").expect(200);
        assertEquals("cold", answer.header("mayfly-start"));
        assertEquals("1", answer.text());
    }

    @Test
    void constructsThatCannotBeCapturedAreNamed() throws Exception {
        host.deploy("construct", "tables", "{'warmup':{}}");
        assertTrue(await("construct", "refused").path("causes").toString().contains("the instruction table."));
    }

    @ParameterizedTest
    @CsvSource({"wasi-http, wasi/http, /", "wasi-std, wasi/ordinary, /time"})
    void functionsOfOtherKindsAreWarmedUpToo(String name, String guest, String path) throws Exception {
        host.deploy(name, guest, "{'warmup':" + requests(request(path)) + "}");
        await(name, "warmed");
        for (int i = 0; i < 3; i++) {
            assertEquals("warmed", host.get("/f/" + name + path).expect(200).header("mayfly-start"));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "wasi-print   | wasi/ordinary | /print | output-stream, the standard output or error",
                "wasi-command | wasi/command  | /      | a command starts anew with each call",
            })
    void functionsOfOtherKindsAreRefusedWithTheCauseToo(String name, String guest, String path, String cause)
            throws Exception {
        host.deploy(name, guest, "{'warmup':" + requests(request(path)) + "}");
        JsonNode report = await(name, "refused");
        assertTrue(report.path("causes").toString().contains(cause), report::toString);
    }

    @Test
    void aSecretInTheMemoryIsFound() throws Exception {
        host.put("/v1/secrets/pin", "correct horse battery").expect(204);
        deploy("leak", requests("{'path':'/remember','method':'POST','body':'correct horse battery'}"));
        assertTrue(await("leak", "refused").path("causes").toString().contains("the secret pin"));
        host.delete("/v1/secrets/pin").expect(204);
    }

    @Test
    void onCommandMeansOnCommandAndPurgingServesCold() throws Exception {
        deploy("command", "{'when':'command','requests':[{'path':'/look'}]}");
        assertEquals("cold", host.warmup("command").path("state").asText());
        host.post("/v1/functions/command/warmup", new byte[0]).expect(202);
        await("command", "warmed");
        assertEquals("warmed", host.get("/f/command/plain").header("mayfly-start"));
        host.delete("/v1/functions/command/warmup").expect(204);
        assertEquals("cold", host.warmup("command").path("state").asText());
        assertEquals("cold", host.get("/f/command/plain").expect(200).header("mayfly-start"));
    }

    @Test
    void whenIdleMeansAfterItWasCalled() throws Exception {
        deploy("idle", "{'when':'idle','requests':[{'path':'/look'}]}");
        assertEquals("cold", host.warmup("idle").path("state").asText());
        assertEquals("cold", host.get("/f/idle/plain").expect(200).header("mayfly-start"));
        await("idle", "warmed");
    }

    @Test
    void noCallFailsWhileSnapshotsComeAndGo() throws Exception {
        deploy("busy", requests(request("/look")));
        String expected = text("/f/busy/look?at=70000");
        AtomicInteger calls = new AtomicInteger();
        AtomicBoolean ends = new AtomicBoolean();
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> caller = callers.submit(() -> {
                while (!ends.get()) {
                    assertEquals(expected, text("/f/busy/look?at=70000"));
                    calls.incrementAndGet();
                }
                return null;
            });
            for (int round = 0; round < 3; round++) {
                await("busy", "warmed");
                int before = calls.get();
                Waiting.until("calls go on", () -> calls.get() > before + 20 || caller.isDone());
                host.delete("/v1/functions/busy/warmup").expect(204);
            }
            ends.set(true);
            caller.get();
        }
    }
}
