package dev.mayfly.host.interfaces;

import static dev.mayfly.host.interfaces.ErrandHost.path;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.host.testing.Answer;
import dev.mayfly.host.testing.Waiting;
import dev.mayfly.hostinterfaces.testing.PostgresServer;
import dev.mayfly.hostinterfaces.testing.RedisServer;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server behind a binding is killed under load and comes back: typed errors meanwhile, and afterwards all is as before. */
@Timeout(120)
final class OutageTest {
    private static final int CALLERS = 8;

    /** A call that had no time left to say what it waited for: few, as operations leave some. */
    private static final String OUT_OF_TIME = "urn:mayfly:problem:deadline-exceeded";

    @TempDir
    private Path folder;

    /** Many clients that call a function over and over. What came of it is counted: {@code ok}, or the kind of a refusal. */
    private static final class Load implements AutoCloseable {
        private final Map<String, LongAdder> answers = new ConcurrentHashMap<>();
        private final AtomicBoolean running = new AtomicBoolean(true);
        private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
        private final List<Future<?>> callers = new ArrayList<>();

        Load(ErrandHost host, String path, String body) {
            for (int i = 0; i < CALLERS; i++) {
                callers.add(executor.submit(() -> {
                    while (running.get()) {
                        count(host.within(1_000, host.host().request(path).POST(BodyPublishers.ofString(body))));
                    }
                    return null;
                }));
            }
        }

        private void count(Answer answer) {
            String refused = answer.header("refused");
            String what = answer.status() < 300
                    ? "ok"
                    : refused.isEmpty() ? answer.json().path("type").asText() : refused;
            answers.computeIfAbsent(what, any -> new LongAdder()).increment();
        }

        private long sum(String what) {
            return answers.entrySet().stream()
                    .filter(entry -> entry.getKey().equals("ok") == what.equals("ok"))
                    .mapToLong(entry -> entry.getValue().sum())
                    .sum();
        }

        private long count(String what) {
            return answers.getOrDefault(what, new LongAdder()).sum();
        }

        void awaitMore(String what) throws Exception {
            long before = sum(what);
            Waiting.until("more calls end with " + what, () -> sum(what) >= before + 2 * CALLERS);
        }

        @Override
        public void close() {
            running.set(false);
            executor.close();
            callers.forEach(Future::resultNow);
        }
    }

    private static void expectTyped(Load load) {
        assertTrue(load.answers.containsKey("unavailable"), load.answers::toString);
        assertTrue(load.count("unavailable") >= 4 * load.count(OUT_OF_TIME), load.answers::toString);
        load.answers.keySet().removeAll(Set.of("ok", "unavailable", "timeout", OUT_OF_TIME));
        assertEquals(Map.of(), load.answers);
    }

    @Test
    void redisIsKilledAndComesBack() throws Exception {
        try (RedisServer server = RedisServer.started();
                ErrandHost host = ErrandHost.start(
                        folder, "cache: {kind: kv, provider: redis, host: 127.0.0.1, port: " + server.port() + "}")) {
            host.grant("cache");
            Load load = new Load(host, path("kv/increment", "store=cache", "key=n"), "");
            try (load) {
                for (int round = 0; round < 2; round++) {
                    load.awaitMore("ok");
                    server.kill();
                    load.awaitMore("errors");
                    server.start();
                }
                load.awaitMore("ok");
            }
            expectTyped(load);
            host.expectReleased();
            host.host()
                    .post(path("kv/set", "store=cache", "key=k"), new byte[10])
                    .expect(204);
        }
    }

    @Test
    void postgresIsKilledAndComesBack() throws Exception {
        int poolSize = 6;
        Path password = Files.writeString(folder.resolve("password"), PostgresServer.PASSWORD);
        try (PostgresServer server = PostgresServer.start();
                ErrandHost host =
                        ErrandHost.start(folder, """
                        orders:
                          kind: sql
                          provider: postgresql
                          url: %s
                          user: orders
                          password: {file: %s}
                          pool-size: %d
                          concurrency: %d
                        """.formatted(server.url("orders"), password, poolSize, CALLERS))) {
            host.grant("orders");
            host.post("CREATE TABLE orders (item TEXT)", "sql/execute", "database=orders")
                    .expect(200);
            String insert = "INSERT INTO orders VALUES ('a')\nINSERT INTO orders VALUES ('b')";
            Load load = new Load(host, path("sql/transaction", "database=orders"), insert);
            try (load) {
                load.awaitMore("ok");
                server.kill();
                load.awaitMore("errors");
                server.up();
                load.awaitMore("ok");
            }
            long committed = load.sum("ok");
            expectTyped(load);
            host.expectReleased();
            assertEquals(0, host.ofBinding("orders", "connectionsInUse"));
            assertTrue(host.ofBinding("orders", "connectionsOpen") <= poolSize);
            String counts = host.host()
                    .post(
                            path("sql/query", "database=orders"),
                            "SELECT count(*) FILTER (WHERE item = 'a'), count(*) FILTER (WHERE item = 'b') FROM orders"
                                    .getBytes(StandardCharsets.UTF_8))
                    .text();
            String[] both = counts.strip().split("\t", -1);
            assertEquals(both[0], both[1], "whole transactions only");
            assertTrue(Long.parseLong(both[0].substring(2)) >= committed, counts);
        }
    }
}
