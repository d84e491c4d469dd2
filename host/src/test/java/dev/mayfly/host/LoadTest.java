package dev.mayfly.host;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mayfly.host.testing.Answer;
import dev.mayfly.host.testing.Guests;
import dev.mayfly.host.testing.Raw;
import dev.mayfly.host.testing.TestHost;
import dev.mayfly.host.testing.Waiting;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What a host does when it is changed while it works, and when there is no more of something. */
class LoadTest {
    private static final byte[] PING = "ping".getBytes(StandardCharsets.UTF_8);

    /** A call that runs until it is closed, or the host's deadline. */
    private static Socket busy(TestHost host, String function) throws IOException {
        Socket socket = host.connect();
        Raw.write(socket, "GET /f/" + function + "/spin HTTP/1.1\r\nHost: localhost\r\n\r\n");
        return socket;
    }

    private static void awaitOpen(TestHost host, int invocations) throws Exception {
        Waiting.until(
                invocations + " functions run", () -> host.metric("mayfly_engine_invocations_open") == invocations);
    }

    private static byte[] random(int bytes) {
        byte[] body = new byte[bytes];
        new Random(bytes).nextBytes(body);
        return body;
    }

    @Test
    void noRequestFailsWhileItsFunctionIsReplacedMovedAndRolledBack() throws Exception {
        try (TestHost host = TestHost.start();
                ExecutorService threads = Executors.newCachedThreadPool()) {
            host.deploy("swapped", "echo");
            host.post("/f/swapped", PING).expect(200);
            double tables = host.metric("mayfly_engine_prelinked_components");

            AtomicBoolean stop = new AtomicBoolean();
            List<Future<Map<String, Integer>>> clients = new ArrayList<>();
            int deployments = 0;
            try {
                for (int i = 0; i < 4; i++) {
                    clients.add(threads.submit(() -> {
                        Map<String, Integer> answers = new HashMap<>();
                        while (!stop.get()) {
                            Answer answer = host.post("/f/swapped", PING);
                            answers.merge(answer.status() + " " + answer.text(), 1, Integer::sum);
                        }
                        return answers;
                    }));
                }
                long endNs = System.nanoTime() + Duration.ofSeconds(3).toNanos();
                while (System.nanoTime() < endNs || deployments < 6) {
                    // Answers "clean" where echo answers with what it was sent.
                    host.send(host.request("/v1/functions/swapped?config=deployment%3D" + deployments)
                                    .PUT(BodyPublishers.ofByteArray(
                                            Guests.bytes(deployments % 2 == 0 ? "state" : "echo"))))
                            .expect(200);
                    deployments++;
                    host.post("/v1/functions/swapped/rollback", new byte[0]).expect(200);
                    host.put(
                                    "/v1/functions/swapped/aliases/live",
                                    "{\"targets\": [{\"version\": 1}, {\"version\": " + (deployments + 1) + "}]}")
                            .expect(200);
                }
            } finally {
                stop.set(true);
            }
            Map<String, Integer> answers = new HashMap<>();
            for (Future<Map<String, Integer>> client : clients) {
                client.get().forEach((answer, count) -> answers.merge(answer, count, Integer::sum));
            }
            assertEquals(Set.of("200 ping", "200 clean"), answers.keySet(), answers::toString);
            host.put("/v1/functions/swapped/aliases/live", "{\"targets\": [{\"version\": 1}]}")
                    .expect(200);
            for (int version = 2; version <= deployments + 1; version++) {
                host.delete("/v1/functions/swapped/versions/" + version).expect(204);
            }
            Waiting.until(
                    "the tables of " + deployments + " replaced functions are freed",
                    () -> host.metric("mayfly_engine_prelinked_components") == tables);
            assertEquals(0, host.metric("mayfly_tables_retired"));
        }
    }

    @Test
    void aRequestThatIsSentAfterAMoveIsAnsweredByTheNewVersion() throws Exception {
        try (TestHost host = TestHost.start();
                ExecutorService threads = Executors.newCachedThreadPool()) {
            host.greet("moved", "Even", "live");
            host.greet("moved", "Odd", "");
            // Moves so far: those that were asked for, and those that the host said were done.
            AtomicInteger asked = new AtomicInteger();
            AtomicInteger done = new AtomicInteger();
            AtomicBoolean stop = new AtomicBoolean();
            List<Future<?>> clients = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                clients.add(threads.submit(() -> {
                    while (!stop.get()) {
                        int before = done.get();
                        String answer = host.get("/f/moved/you").expect(200).text();
                        if (asked.get() == before) {
                            assertEquals(before % 2 == 0 ? "Even, you!\n" : "Odd, you!\n", answer);
                        }
                    }
                    return null;
                }));
            }
            try {
                for (int move = 1; move <= 60; move++) {
                    asked.set(move);
                    host.put(
                                    "/v1/functions/moved/aliases/live",
                                    "{\"targets\": [{\"version\": " + (1 + move % 2) + "}]}")
                            .expect(200);
                    done.set(move);
                    // So that some are sent and answered between two moves.
                    Thread.sleep(10);
                }
            } finally {
                stop.set(true);
            }
            for (Future<?> client : clients) {
                client.get();
            }
        }
    }

    @Test
    void aCallThatRunsWhileItsFunctionIsDeletedEndsInPeace() throws Exception {
        try (TestHost host = TestHost.start();
                ExecutorService threads = Executors.newCachedThreadPool()) {
            host.deploy("deleted", "probe");
            double tables = host.metric("mayfly_engine_prelinked_components");
            Future<Answer> running = threads.submit(() -> host.get("/f/deleted/sleep-busy?ms=3000"));
            awaitOpen(host, 1);

            host.delete("/v1/functions/deleted").expect(204);
            host.get("/f/deleted/status?code=200").problem(404, "not-found");
            assertEquals(1, host.metric("mayfly_tables_retired"), "the table waits for its last call");
            assertFalse(running.isDone(), "deleting doesn't wait for calls");

            assertEquals("done", running.get().expect(200).text());
            Waiting.until(
                    "the table is freed after its last call",
                    () -> host.metric("mayfly_engine_prelinked_components") == tables - 1);
        }
    }

    @Test
    void aHostThatIsFullRefusesAtOnceAndServesAgainAfterwards() throws Exception {
        try (TestHost host = TestHost.start(Limits.defaults().withHostConcurrencyMax(2));
                ExecutorService threads = Executors.newCachedThreadPool()) {
            host.deploy("probe", "probe");
            host.deploy("echo", "echo");
            host.get("/f/echo").expect(200);
            host.expectNothingTaken();
            List<Future<Answer>> spinning = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                spinning.add(threads.submit(
                        () -> host.send(host.request("/f/probe/spin").header("Mayfly-Deadline-Ms", "3000"))));
            }
            awaitOpen(host, 2);

            for (String function : List.of("echo", "probe", "echo")) {
                Answer answer = host.get("/f/" + function);
                JsonNode problem = answer.problem(503, "overloaded");
                assertEquals("host-concurrency-max", problem.path("limit").asText());
                assertEquals("1", answer.header("retry-after"));
            }
            assertEquals(3, host.metric("mayfly_host_invocations_refused_total"));
            assertTrue(spinning.stream().noneMatch(Future::isDone), "a refusal waits for nobody");

            for (Future<Answer> spin : spinning) {
                spin.get().problem(504, "deadline-exceeded");
            }
            host.expectNothingTaken();
            assertArrayEquals(PING, host.post("/f/echo", PING).expect(200).bytes());
        }
    }

    @Test
    void aFunctionThatIsFullLeavesRoomForItsNeighbours() throws Exception {
        try (TestHost host = TestHost.start(Limits.defaults().withFunctionConcurrencyMax(2))) {
            host.deploy("greedy", "probe");
            host.deploy("neighbour", "echo");
            try (Socket first = busy(host, "greedy");
                    Socket second = busy(host, "greedy")) {
                awaitOpen(host, 2);
                for (int i = 0; i < 5; i++) {
                    Answer answer = host.get("/f/greedy/status?code=200");
                    JsonNode problem = answer.problem(429, "concurrency-limit");
                    assertEquals(
                            "function-concurrency-max", problem.path("limit").asText());
                    assertEquals("1", answer.header("retry-after"));
                    assertArrayEquals(
                            PING, host.post("/f/neighbour", PING).expect(200).bytes());
                }
                assertEquals(
                        0,
                        first.getInputStream().available()
                                + second.getInputStream().available(),
                        "both calls still run");
            }
            host.expectNothingTaken();
            host.get("/f/greedy/status?code=200").expect(200);
            assertEquals(5, host.invocations("greedy", "concurrency-limit"));
            assertEquals(0, host.invocations("neighbour", "concurrency-limit"));
        }
    }

    @Test
    void aBodyThatFindsNoSlabsIsRefusedAndLeavesThemAll() throws Exception {
        try (TestHost host = TestHost.start(Limits.defaults().withSlabBytesMax(2 << 20))) {
            host.deploy("echo", "echo");
            host.deploy("probe", "probe");
            byte[] fits = random(1 << 20);
            for (int i = 0; i < 5; i++) {
                Answer answer = host.post("/f/echo", random(8 << 20));
                assertEquals(
                        "slab-bytes-max",
                        answer.problem(503, "unavailable").path("limit").asText());
                assertEquals("1", answer.header("retry-after"));
                host.get("/f/probe/append?bytes=8000000&chunk=100000").problem(503, "function-unavailable");

                assertArrayEquals(PING, host.post("/f/echo", PING).expect(200).bytes());
                // An answer may arrive before the slabs of its call are back.
                host.expectNothingTaken();
                assertArrayEquals(fits, host.post("/f/echo", fits).expect(200).bytes());
            }
        }
    }

    @Test
    void bodiesThatFightForTheLastSlabsAreWholeOrRefused() throws Exception {
        try (TestHost host = TestHost.start(Limits.defaults().withSlabBytesMax(2 << 20));
                ExecutorService threads = Executors.newCachedThreadPool()) {
            host.deploy("echo", "echo");
            List<Future<Integer>> clients = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                byte[] body = random(700_000 + i);
                clients.add(threads.submit(() -> {
                    int whole = 0;
                    for (int round = 0; round < 20; round++) {
                        Answer answer = host.post("/f/echo", body);
                        if (answer.status() == 200) {
                            assertArrayEquals(body, answer.bytes());
                            whole++;
                        } else {
                            answer.problem(503, "unavailable");
                        }
                    }
                    return whole;
                }));
            }
            int whole = 0;
            for (Future<Integer> client : clients) {
                whole += client.get();
            }
            assertTrue(whole > 0, "some get through");
            host.expectNothingTaken();
            byte[] body = random(1_500_000);
            assertArrayEquals(body, host.post("/f/echo", body).expect(200).bytes());
        }
    }

    @Test
    void noMoreInstancesAreMadeThanThereMayBeHoweverManyAsk() throws Exception {
        try (TestHost host = TestHost.start(Limits.defaults().withHostConcurrencyMax(3));
                ExecutorService threads = Executors.newCachedThreadPool()) {
            host.deploy("probe", "probe");
            List<Future<Map<Integer, Integer>>> clients = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                clients.add(threads.submit(() -> {
                    Map<Integer, Integer> statuses = new HashMap<>();
                    for (int call = 0; call < 25; call++) {
                        statuses.merge(host.get("/f/probe/sleep-busy?ms=5").status(), 1, Integer::sum);
                    }
                    return statuses;
                }));
            }
            double openMost = 0;
            while (!clients.stream().allMatch(Future::isDone)) {
                openMost = Math.max(openMost, host.metric("mayfly_engine_invocations_open"));
            }
            Map<Integer, Integer> statuses = new HashMap<>();
            for (Future<Map<Integer, Integer>> client : clients) {
                client.get().forEach((status, count) -> statuses.merge(status, count, Integer::sum));
            }
            assertEquals(Set.of(200, 503), statuses.keySet(), statuses::toString);
            assertTrue(openMost <= 3, "open at once: " + openMost);
            assertTrue(host.metric("mayfly_slots") <= 3, "slots made");
            host.expectNothingTaken();
            assertEquals(statuses.getOrDefault(200, 0).doubleValue(), host.invocations("probe", "response"));
            assertEquals(
                    statuses.getOrDefault(503, 0).doubleValue(), host.metric("mayfly_host_invocations_refused_total"));
            assertEquals(0, host.invocations("probe", "unavailable"), "the engine has room for all that are let in");
        }
    }
}
