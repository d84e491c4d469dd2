package dev.mayfly.host;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mayfly.host.testing.Answer;
import dev.mayfly.host.testing.Raw;
import dev.mayfly.host.testing.TestHost;
import dev.mayfly.host.testing.Waiting;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** When the host is full it says so at once and what to do, and is as good as new when there is room again. */
class ExhaustionTest {
    private static void expectRetryAfter(Answer answer, String limit) {
        JsonNode problem = answer.json();
        assertEquals(limit, problem.path("limit").asText(), answer::text);
        assertEquals("1", answer.header("retry-after"));
        assertEquals(1, problem.path("retryAfterSeconds").asInt());
    }

    private static CompletableFuture<Answer> call(TestHost host, String path) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return host.get(path);
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
    }

    private interface Meanwhile {
        void run() throws Exception;
    }

    /** Does something while two calls of {@code probe} have both places, which they keep for a while. */
    private static void whileTwoRun(TestHost host, Meanwhile meanwhile) throws Exception {
        List<CompletableFuture<Answer>> running = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            running.add(call(host, "/f/probe/sleep-busy?ms=1500"));
        }
        Waiting.until("both run", () -> host.metric("mayfly_engine_invocations_open") == 2);
        meanwhile.run();
        for (CompletableFuture<Answer> call : running) {
            assertEquals("done", call.get().expect(200).text());
        }
    }

    @Test
    void ofOneFunctionsPlaces() throws Exception {
        try (TestHost host = TestHost.start(Limits.defaults().withFunctionConcurrencyMax(2))) {
            host.deploy("probe", "probe");
            host.deploy("echo", "echo");
            whileTwoRun(host, () -> {
                Answer refused = host.get("/f/probe/request");
                refused.problem(429, "concurrency-limit");
                expectRetryAfter(refused, "function-concurrency-max");
                host.get("/f/echo").expect(200);
            });
            host.get("/f/probe/request").expect(200);
            assertEquals(1, host.invocations("probe", "concurrency-limit"));
        }
    }

    @Test
    void ofTheHostsPlaces() throws Exception {
        try (TestHost host = TestHost.start(Limits.defaults().withHostConcurrencyMax(2))) {
            host.deploy("probe", "probe");
            host.deploy("echo", "echo");
            whileTwoRun(host, () -> {
                Answer refused = host.get("/f/echo");
                refused.problem(503, "overloaded");
                expectRetryAfter(refused, "host-concurrency-max");
                host.get("/v1/functions").expect(200);
                host.get("/observe/health/ready").expect(200);
            });
            host.get("/f/echo").expect(200);
            assertEquals(1, host.invocations("echo", "overloaded"));
            assertEquals(1, host.metric("mayfly_host_invocations_refused_total"));
        }
    }

    @Test
    void ofSlabs() throws Exception {
        try (TestHost host = TestHost.start(
                Limits.defaults().withSlabBytesMax(4 << 20).withRequestBodyTimeMax(Duration.ofMinutes(1)))) {
            host.deploy("echo", "echo");
            host.deploy("probe", "probe");
            byte[] body = new byte[3 << 20];
            host.post("/f/echo", body).expect(200);
            try (Socket socket = host.connect()) {
                Raw.write(
                        socket,
                        "POST /f/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + (body.length + 1)
                                + "\r\n\r\n");
                socket.getOutputStream().write(body);
                Waiting.until(
                        "most slabs are taken",
                        () -> host.metric("mayfly_slabs_in_use{payload_bytes=\"1048576\"}") >= 2);
                // For a request's body …
                Answer refused = host.post("/f/echo", body);
                refused.problem(503, "unavailable");
                expectRetryAfter(refused, "slab-bytes-max");
                // … and for a buffer of the function's own.
                host.get("/f/probe/append?bytes=3000000&chunk=100000").problem(503, "function-unavailable");
                // What needs none still works.
                host.post("/f/echo", new byte[100]).expect(200);
                socket.getOutputStream().write('x');
                assertEquals(200, Raw.read(socket.getInputStream()).status());
            }
            host.expectNothingTaken();
            host.post("/f/echo", body).expect(200);
            assertEquals(1, host.invocations("echo", "unavailable"));
        }
    }

    @Test
    void ofLoadedFunctions() throws Exception {
        try (TestHost host = TestHost.start(Limits.defaults().withLoadedFunctionsMax(2))) {
            List<String> guests = List.of("echo", "hello", "state", "traps", "probe");
            for (String guest : guests) {
                host.deploy(guest, guest);
            }
            for (int round = 0; round < 3; round++) {
                for (String guest : guests) {
                    host.get("/f/" + guest + (guest.equals("probe") ? "/request" : ""))
                            .expect(200);
                }
            }
            assertEquals(2, host.metric("mayfly_tables_loaded"), "the others were unloaded and loaded again");
            CompletableFuture<Answer> one = call(host, "/f/probe/sleep-busy?ms=1000");
            Waiting.until("it runs", () -> host.metric("mayfly_engine_invocations_open") == 1);
            for (String guest : List.of("echo", "hello", "state")) {
                host.get("/f/" + guest).expect(200);
            }
            assertEquals("done", one.get().expect(200).text());
        }
    }
}
