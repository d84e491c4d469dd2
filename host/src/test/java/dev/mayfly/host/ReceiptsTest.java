package dev.mayfly.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mayfly.host.testing.TestHost;
import dev.mayfly.host.testing.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a call took is measured once and told wherever it is asked for. */
class ReceiptsTest {
    private static final int BODY_MAX = 1 << 20;
    private static final ObjectMapper JSON = new ObjectMapper();

    private static TestHost host;
    private static Path accessLog;

    @BeforeAll
    static void start() throws Exception {
        accessLog = Files.createTempFile("mayfly-access-", ".log");
        host = TestHost.start(config -> config.withLimits(Limits.defaults().withRequestBodyBytesMax(BODY_MAX))
                .withObserve(ObserveConfig.defaults().withAccessLog(accessLog)));
        for (String name : List.of("probe", "echo")) {
            host.deploy(name, name);
        }
    }

    @AfterAll
    static void stop() throws IOException {
        host.close();
        Files.delete(accessLog);
    }

    /** A receipt is there as soon as everything is given back, which may be after the client has its answer. */
    private static JsonNode receipt(String function, String invocation) throws Exception {
        JsonNode[] found = new JsonNode[1];
        Waiting.until("receipt of " + invocation, () -> {
            for (JsonNode call : host.get("/v1/functions/" + function + "/calls")
                    .expect(200)
                    .json()
                    .path("calls")) {
                if (call.path("invocation").asText().equals(invocation)) {
                    found[0] = call;
                }
            }
            return found[0] != null;
        });
        return found[0];
    }

    private static JsonNode receiptOfPost(String path, byte[] body) throws Exception {
        String function = path.split("/", 4)[2];
        return receipt(function, host.post(path, body).header("Mayfly-Invocation-Id"));
    }

    @Test
    void aCallLeavesAReceipt() throws Exception {
        Instant before = Instant.now();
        JsonNode receipt = receiptOfPost("/f/probe/echo", new byte[10]);
        assertEquals("probe", receipt.path("function").asText());
        assertEquals("response", receipt.path("outcome").asText());
        assertEquals(200, receipt.path("status").asInt());
        assertEquals("cold", receipt.path("start").asText());
        assertEquals(10, receipt.path("bytesIn").asInt());
        assertEquals(10, receipt.path("bytesOut").asInt());
        assertTrue(receipt.path("memoryBytes").asLong() >= 64 << 10, receipt::toString);
        long cpuNs = receipt.path("cpuNs").asLong();
        long runNs = receipt.path("runNs").asLong();
        assertTrue(
                0 < cpuNs && cpuNs <= runNs && runNs <= receipt.path("wallNs").asLong(), receipt::toString);
        long startNs = receipt.path("instanceStartNs").asLong();
        assertTrue(0 < startNs && startNs < cpuNs, receipt::toString);
        Duration apart =
                Duration.between(before, Instant.parse(receipt.path("time").asText()));
        assertTrue(apart.abs().toSeconds() < 10, receipt::toString);
    }

    @Test
    void aBusyFunctionsCpuTimeIsWhatItWasBusyFor() throws Exception {
        // Busy by the clock on the wall: on a loaded machine it has a core for a part of that time only.
        JsonNode receipt = receiptOfPost("/f/probe/sleep-busy?ms=300", new byte[0]);
        assertTrue(receipt.path("cpuNs").asLong() > 20_000_000, receipt::toString);
        assertTrue(receipt.path("cpuNs").asLong() <= receipt.path("runNs").asLong(), receipt::toString);
    }

    @Test
    void theMostMemoryThatACallHeldIsTold() throws Exception {
        JsonNode receipt = receiptOfPost("/f/probe/alloc?mib=4", new byte[0]);
        assertTrue(receipt.path("memoryBytes").asLong() >= 4 << 20, receipt::toString);
    }

    @Test
    void operationsAreCountedByKind() throws Exception {
        JsonNode receipt = receiptOfPost("/f/probe/config?name=x", new byte[0]);
        assertEquals(1, receipt.path("operations").path("config").asInt(), receipt::toString);
    }

    @Test
    void aStreamedBodyIsCountedWhole() throws Exception {
        JsonNode receipt = receiptOfPost("/f/echo", new byte[300_000]);
        assertEquals(300_000, receipt.path("bytesIn").asInt());
        assertEquals(300_000, receipt.path("bytesOut").asInt());
    }

    @Test
    void aTrapAndARefusalHaveReceiptsToo() throws Exception {
        JsonNode trap = receiptOfPost("/f/probe/unreachable", new byte[0]);
        assertEquals("trap", trap.path("outcome").asText());
        assertEquals(500, trap.path("status").asInt());
        JsonNode refused = receiptOfPost("/f/echo", new byte[BODY_MAX + 1]);
        assertEquals("body-too-large", refused.path("outcome").asText());
        assertEquals(413, refused.path("status").asInt());
        assertEquals(0, refused.path("runNs").asLong());
    }

    @Test
    void theSlowestCallsComeFirstWhereAskedFor() throws Exception {
        host.deploy("slow", "probe");
        host.get("/f/slow/sleep-busy?ms=5").expect(200);
        host.get("/f/slow/sleep-busy?ms=40").expect(200);
        host.get("/f/slow/request").expect(200);
        Waiting.until(
                "three receipts",
                () -> host.get("/v1/functions/slow/calls").json().path("calls").size() == 3);
        JsonNode calls = host.get("/v1/functions/slow/calls?order=slowest")
                .expect(200)
                .json()
                .path("calls");
        assertTrue(calls.get(0).path("wallNs").asLong() >= 40_000_000, calls::toString);
        assertTrue(calls.get(1).path("wallNs").asLong() >= 5_000_000, calls::toString);
        host.get("/v1/functions/slow/calls?order=odd").problem(400, "invalid-request");
        host.get("/v1/functions/nobody/calls").problem(404, "not-found");
    }

    @Test
    void metricsAddReceiptsUp() throws Exception {
        host.deploy("summed", "probe");
        host.post("/f/summed/echo", new byte[1_000]).expect(200);
        host.post("/f/summed/echo", new byte[500]).expect(200);
        host.get("/f/summed/config?name=x").expect(404);
        String labels = "{function=\"summed\"}";
        Waiting.until("received", () -> host.metric("mayfly_function_received_bytes_total" + labels) == 1_500);
        Waiting.until(
                "operations",
                () -> host.metric("mayfly_function_operations_total{function=\"summed\",kind=\"config\"}") == 1);
        assertTrue(host.metric("mayfly_function_sent_bytes_total" + labels) >= 1_500);
        double cpuSeconds = host.metric("mayfly_function_cpu_seconds_total" + labels);
        double startSeconds = host.metric("mayfly_function_instance_start_seconds_total" + labels);
        assertTrue(0 < startSeconds && startSeconds < cpuSeconds, startSeconds + " of " + cpuSeconds);
        assertTrue(host.metric("mayfly_function_memory_max_bytes" + labels) >= 64 << 10);
    }

    @Test
    void functionsPastTheBoundShareOneLineInTheMetrics() throws Exception {
        try (TestHost many = TestHost.start(
                config -> config.withObserve(ObserveConfig.defaults().withFunctionMetricsMax(2)))) {
            for (int i = 1; i <= 4; i++) {
                many.deploy("echo-" + i, "echo");
                many.post("/f/echo-" + i, new byte[i]).expect(200);
            }
            Waiting.until("the last call is counted", () -> many.invocations("_other", "response") == 2);
            assertEquals(1, many.invocations("echo-1", "response"));
            assertEquals(1, many.invocations("echo-2", "response"));
            assertEquals(0, many.invocations("echo-3", "response"));
            assertEquals(7, many.metric("mayfly_function_received_bytes_total{function=\"_other\"}"));
            many.delete("/v1/functions/echo-3").expect(204);
            assertEquals(2, many.invocations("_other", "response"), "no counter goes back");
            many.delete("/v1/functions/echo-1").expect(204);
            many.metric("a scrape");
            many.deploy("echo-5", "echo");
            many.post("/f/echo-5", new byte[1]).expect(200);
            Waiting.until("it got the line that is free", () -> many.invocations("echo-5", "response") == 1);
        }
    }

    @Test
    void aClientThatAsksIsToldWhatItsCallTook() throws Exception {
        String timing = host.send(host.request("/f/probe/request").header("Mayfly-Timing", "1"))
                .header("Server-Timing");
        assertTrue(
                timing.matches("queue;dur=[\\d.]+, run;dur=[\\d.]+, cpu;dur=[\\d.]+, start;dur=[\\d.]+"),
                () -> "Server-Timing: " + timing);
        assertEquals("", host.get("/f/probe/request").header("Server-Timing"));
    }

    @Test
    void whereTheOperatorDoesNotAllowItNobodyIsTold() throws Exception {
        try (TestHost silent = TestHost.start(
                config -> config.withObserve(ObserveConfig.defaults().withTiming(false)))) {
            silent.deploy("echo", "echo");
            assertEquals(
                    "",
                    silent.send(silent.request("/f/echo").header("Mayfly-Timing", "1"))
                            .expect(200)
                            .header("Server-Timing"));
        }
    }

    // ---- access log

    private static JsonNode line(String path) throws Exception {
        JsonNode[] found = new JsonNode[1];
        Waiting.until("a line with " + path, () -> {
            for (String line : Files.readAllLines(accessLog)) {
                JsonNode entry = JSON.readTree(line);
                if (entry.path("path").asText().equals(path)) {
                    found[0] = entry;
                }
            }
            return found[0] != null;
        });
        return found[0];
    }

    @Test
    void eachRequestHasALineInTheAccessLogWithoutItsQuery() throws Exception {
        String id = host.get("/f/probe/request/logged?token=secret").header("Mayfly-Invocation-Id");
        JsonNode line = line("/f/probe/request/logged");
        assertEquals("GET", line.path("method").asText());
        assertEquals("HTTP/1.1", line.path("protocol").asText());
        assertEquals("127.0.0.1", line.path("client").asText());
        assertEquals(200, line.path("status").asInt());
        assertEquals(id, line.path("invocation").asText());
        assertTrue(line.path("cpuNs").asLong() > 0);
        assertFalse(Files.readString(accessLog).contains("secret"));
    }

    @Test
    void aRequestForNoFunctionHasALineToo() throws Exception {
        host.get("/f/nobody/at-home").problem(404, "not-found");
        JsonNode line = line("/f/nobody/at-home");
        assertEquals(404, line.path("status").asInt());
        assertTrue(line.path("outcome").isMissingNode());
    }

    @Test
    void aLogThatWasMovedAwayIsBegunAnew() throws Exception {
        host.get("/f/probe/request/before-the-move").expect(200);
        line("/f/probe/request/before-the-move");
        Path moved = accessLog.resolveSibling(accessLog.getFileName() + ".1");
        Files.move(accessLog, moved);
        try {
            Waiting.until("a new file", () -> {
                host.get("/f/probe/request/after-the-move").expect(200);
                return Files.exists(accessLog) && Files.size(accessLog) > 0;
            });
            assertTrue(Files.readString(moved).contains("before-the-move"));
            assertTrue(Files.readString(accessLog).contains("after-the-move"));
        } finally {
            Files.delete(moved);
        }
    }
}
