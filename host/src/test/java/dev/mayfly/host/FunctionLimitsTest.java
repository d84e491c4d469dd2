package dev.mayfly.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mayfly.host.testing.Answer;
import dev.mayfly.host.testing.Guests;
import dev.mayfly.host.testing.Raw;
import dev.mayfly.host.testing.TestHost;
import dev.mayfly.host.testing.Waiting;
import java.net.Socket;
import java.net.URLEncoder;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a deployment says of a function's limits holds for that function, and its neighbours have theirs. */
@Timeout(120)
class FunctionLimitsTest {
    private static TestHost host;

    @BeforeAll
    static void start() throws Exception {
        host = TestHost.start(Limits.defaults().withMemoryBytesMax(16 << 20));
        host.deploy("unlimited", "probe");
    }

    @AfterAll
    static void stop() {
        host.close();
    }

    private static Answer put(String name, String... limits) throws Exception {
        StringBuilder query = new StringBuilder();
        for (String limit : limits) {
            query.append("&limit=").append(URLEncoder.encode(limit, StandardCharsets.UTF_8));
        }
        return host.send(host.request("/v1/functions/" + name + "?" + query)
                .PUT(BodyPublishers.ofByteArray(Guests.bytes("probe"))));
    }

    private static void deploy(String name, String... limits) throws Exception {
        Answer answer = put(name, limits);
        assertTrue(answer.status() == 200 || answer.status() == 201, answer::text);
    }

    // ---- at deployment

    @Test
    void aFunctionsLimitsAreShown() throws Exception {
        deploy("shown", "memory-bytes=2MiB", "cpu-time=1s");
        assertEquals(
                "{\"cpu-time\":\"1000ms\",\"memory-bytes\":\"2097152\"}",
                host.get("/v1/functions/shown").json().path("limits").toString());
    }

    @Test
    void whoAsksForMoreThanTheHostGivesIsToldTheNumber() throws Exception {
        JsonNode problem = put("greedy", "memory-bytes=32MiB").problem(422, "limit-too-high");
        assertEquals("memory-bytes-max", problem.path("limit").asText());
        assertTrue(problem.path("detail").asText().contains("memory-bytes-max=16 MiB"), problem::toString);
        put("greedy", "deadline=1h").problem(422, "limit-too-high");
        host.get("/v1/functions/greedy").problem(404, "not-found");
    }

    @Test
    void whatIsNoLimitIsRefused() throws Exception {
        put("wrong", "memory=1MiB").problem(400, "invalid-config");
        put("wrong", "cpu-time=fast").problem(400, "invalid-config");
    }

    @Test
    void theOperatorsDefaultsAreForThoseWhoSayNothing() throws Exception {
        try (TestHost small = TestHost.start(
                Limits.defaults().withFunctionDefaults(FunctionLimits.parse(Map.of("request-body-bytes", "100"))))) {
            small.deploy("probe", "probe");
            small.post("/f/probe/echo", new byte[101]).problem(413, "body-too-large");
            small.send(small.request("/v1/functions/probe?limit=request-body-bytes%3D200")
                            .PUT(BodyPublishers.ofByteArray(Guests.bytes("probe"))))
                    .expect(200);
            small.post("/f/probe/echo", new byte[101]).expect(200);
        }
    }

    // ---- time

    @Test
    void aBusyFunctionIsStoppedAtItsCpuTime() throws Exception {
        deploy("busy", "cpu-time=30ms");
        JsonNode problem = host.get("/f/busy/spin").problem(504, "cpu-time-exceeded");
        assertEquals("cpu-time-max", problem.path("limit").asText());
        assertTrue(problem.path("detail").asText().contains("30 ms"), problem::toString);
        assertEquals(1, host.invocations("busy", "cpu-time-exceeded"));
        assertTrue(host.log("busy").getLast().contains("limit of CPU time"));
    }

    @Test
    void aFunctionHasItsOwnDeadline() throws Exception {
        deploy("late", "deadline=40ms");
        JsonNode problem = host.send(host.request("/f/late/spin").header("Mayfly-Deadline-Ms", "5000"))
                .problem(504, "deadline-exceeded");
        assertTrue(problem.path("detail").asText().contains("40 ms"), problem::toString);
    }

    // ---- sizes

    @Test
    void aFunctionHasItsOwnMemory() throws Exception {
        deploy("small", "memory-bytes=4MiB");
        host.get("/f/small/alloc?mib=1").expect(200);
        host.get("/f/small/alloc?mib=6").problem(500, "function-trapped");
        host.get("/f/unlimited/alloc?mib=6").expect(200);
    }

    @Test
    void aFunctionHasItsOwnTables() throws Exception {
        host.deploy("tables", "tables");
        int unlimited = host.get("/f/tables").status();
        Answer answer = host.send(host.request("/v1/functions/tables?limit=table-elements%3D1000")
                .PUT(BodyPublishers.ofByteArray(Guests.bytes("tables"))));
        assertEquals(200, answer.status(), answer::text);
        assertEquals(201, host.get("/f/tables").status(), "the guest answers 200 + thousands of elements");
        assertTrue(unlimited > 201, "without the limit there are more: " + unlimited);
    }

    @Test
    void aFunctionHasItsOwnBoundsOnBodiesAndHeaders() throws Exception {
        deploy("bounded", "request-body-bytes=1000", "response-body-bytes=1000", "header-count=1");
        host.post("/f/bounded/echo", new byte[1_000]).problem(431, "too-many-headers");
        deploy("bounded", "request-body-bytes=1000", "response-body-bytes=1000");
        assertEquals(
                1_000, host.post("/f/bounded/echo", new byte[1_000]).expect(200).bytes().length);
        JsonNode problem = host.post("/f/bounded/echo", new byte[1_001]).problem(413, "body-too-large");
        assertTrue(problem.path("detail").asText().contains("1000"), problem::toString);
        host.get("/f/bounded/append?bytes=1001").problem(500, "response-too-large");
    }

    @Test
    void aFunctionLogsNoMoreThanItMay() throws Exception {
        deploy("talkative", "log-bytes=500");
        host.get("/f/talkative/log?lines=100&bytes=100").expect(200);
        assertTrue(host.log("talkative").getLast().contains("log-bytes-max=500"));
        assertEquals(
                1, host.metric("mayfly_function_limits_passed_total{function=\"talkative\",limit=\"log-bytes-max\"}"));
    }

    @Test
    void aResponseIsEgress() throws Exception {
        deploy("sending", "egress-bytes=1000");
        host.get("/f/sending/append?bytes=1000").expect(200);
        JsonNode problem = host.get("/f/sending/append?bytes=1001").problem(500, "egress-limit");
        assertEquals("egress-bytes-max", problem.path("limit").asText());
        assertEquals(1, host.invocations("sending", "egress-limit"));
    }

    // ---- concurrency

    private static int waiting(String function) throws Exception {
        for (JsonNode active : host.get("/v1/activity").expect(200).json().path("functions")) {
            if (active.path("function").asText().equals(function)) {
                return active.path("waiting").asInt();
            }
        }
        return 0;
    }

    private static void occupy(String function) throws Exception {
        host.get("/f/" + function + "/request").expect(200);
        // What becomes of it nobody asks.
        var _ = host.begin("/f/" + function + "/sleep-busy?ms=1500");
        Waiting.until(
                "it runs", () -> host.metric("mayfly_function_invocations_open{function=\"" + function + "\"}") == 1);
    }

    @Test
    void withoutAQueueOneCallTooManyIsSentAway() throws Exception {
        deploy("alone", "concurrency=1");
        occupy("alone");
        JsonNode problem = host.get("/f/alone/request").problem(429, "concurrency-limit");
        assertTrue(problem.path("detail").asText().endsWith(": 1"), problem::toString);
    }

    @Test
    void callsWaitForTheirTurnAsLongAsThereIsRoomInTheQueue() throws Exception {
        deploy("queued", "concurrency=1", "queue-length=20");
        List<CompletableFuture<Answer>> calls = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            calls.add(host.begin("/f/queued/sleep-busy?ms=5"));
        }
        for (CompletableFuture<Answer> call : calls) {
            call.join().expect(200);
        }
        assertTrue(host.metric("mayfly_function_queued_seconds_total{function=\"queued\"}") > 0);
    }

    @Test
    void aQueueThatIsFullSendsAway() throws Exception {
        deploy("full", "concurrency=1", "queue-length=1");
        occupy("full");
        CompletableFuture<Answer> second = host.begin("/f/full/request");
        Waiting.until("one waits", () -> waiting("full") == 1);
        host.get("/f/full/request").problem(429, "concurrency-limit");
        second.join().expect(200);
    }

    @Test
    void aCallWhoseTurnDoesNotComeInTimeIsToldSo() throws Exception {
        deploy("impatient", "concurrency=1", "queue-length=10", "queue-time=50ms");
        occupy("impatient");
        Answer answer = host.get("/f/impatient/request");
        answer.problem(503, "queue-timeout");
        assertEquals("1", answer.header("Retry-After"));
        assertEquals(1, host.invocations("impatient", "queue-timeout"));
    }

    @Test
    void aClientThatGoesLeavesTheQueue() throws Exception {
        deploy("left", "concurrency=1", "queue-length=10");
        occupy("left");
        try (Socket socket = host.connect()) {
            Raw.write(socket, "GET /f/left/request HTTP/1.1\r\nHost: localhost\r\n\r\n");
            Waiting.until("it waits", () -> waiting("left") == 1);
        }
        Waiting.until("it is gone", () -> waiting("left") == 0);
        Waiting.until("it is counted", () -> host.invocations("left", "client-gone") == 1);
    }
}
