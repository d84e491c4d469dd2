package dev.mayfly.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mayfly.engine.MayflyException;
import dev.mayfly.host.config.HostConfiguration;
import dev.mayfly.host.testing.Answer;
import dev.mayfly.host.testing.Guests;
import dev.mayfly.host.testing.TestHost;
import dev.mayfly.host.testing.Waiting;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a function may use is what the host has and its deployment lists, under the name that the deployment gives it. */
final class GrantsTest {
    @TempDir
    private Path folder;

    private TestHost start(String config) throws IOException {
        Files.writeString(folder.resolve(HostConfiguration.FILE_NAME), config);
        return TestHost.start(folder, Limits.defaults());
    }

    private static Answer deploy(TestHost host, String query) throws Exception {
        return host.send(
                host.request("/v1/functions/errand" + query).PUT(BodyPublishers.ofByteArray(Guests.bytes("errand"))));
    }

    /** What comes of an errand: an answer, or a refusal's kind and text. */
    private static String call(TestHost host, String pathAndQuery) throws Exception {
        return host.get("/f/errand" + pathAndQuery).text();
    }

    private static String call(TestHost host, String pathAndQuery, String body) throws Exception {
        return host.post("/f/errand" + pathAndQuery, body.getBytes(StandardCharsets.UTF_8))
                .text();
    }

    /** Has a call keep a connection until its deadline. */
    private static CompletableFuture<Answer> hold(TestHost host, String database) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return host.send(host.request("/f/errand/hold?what=transaction&end=spin&database=" + database)
                        .header("Mayfly-Deadline-Ms", "2000")
                        .POST(BodyPublishers.ofString("INSERT INTO t VALUES (1)")));
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
    }

    @Test
    void aFunctionUsesWhatItWasGrantedUnderItsOwnName() throws Exception {
        try (TestHost host = start("bindings: {sessions: {kind: kv, provider: memory}}")) {
            JsonNode function = deploy(host, "?binding=links%3Dsessions&binding=sessions")
                    .expect(201)
                    .json();
            assertEquals(
                    "{\"links\":\"sessions\",\"sessions\":\"sessions\"}",
                    function.path("bindings").toString());
            assertEquals("", call(host, "/kv/set?store=links&key=k", "v"));
            assertEquals("v", call(host, "/kv/get?store=sessions&key=k"));
            assertEquals(
                    "sessions",
                    host.get("/v1/functions/errand")
                            .json()
                            .path("bindings")
                            .path("links")
                            .asText());
        }
    }

    @Test
    void everythingElseIsRefused() throws Exception {
        try (TestHost host = start("""
                bindings:
                  sessions: {kind: kv, provider: memory}
                  token: {kind: secret, value: {env: PATH}}
                """)) {
            deploy(host, "?binding=links%3Dsessions").expect(201);
            String denied = "permission-denied: function errand has no ";
            assertEquals(denied + "kv binding sessions", call(host, "/kv/get?store=sessions&key=k"));
            assertEquals(denied + "secret binding token", call(host, "/secret?name=token"));
            assertEquals(denied + "sql binding links", call(host, "/sql/execute?database=links", "SELECT"));
            assertEquals(denied + "http binding x", call(host, "/http/send?upstream=x&path=/"));
            assertEquals(denied + "topic binding x", call(host, "/publish?topic=x", "p"));
            assertEquals(denied + "function binding errand", call(host, "/spawn?function=errand", "p"));
        }
    }

    @Test
    void aDeploymentReplacesAllGrantsOfTheOneBefore() throws Exception {
        try (TestHost host = start("bindings: {a: {kind: kv, provider: memory}, b: {kind: kv, provider: memory}}")) {
            deploy(host, "?binding=a").expect(201);
            assertEquals("", call(host, "/kv/get?store=a&key=k"));
            deploy(host, "?binding=b").expect(200);
            assertEquals("", call(host, "/kv/get?store=b&key=k"));
            assertTrue(call(host, "/kv/get?store=a&key=k").startsWith("permission-denied: "));
            deploy(host, "").expect(200);
            assertTrue(call(host, "/kv/get?store=b&key=k").startsWith("permission-denied: "));
        }
    }

    @Test
    void aBindingThatTheHostDoesNotHaveIsRefusedWithThoseItHas() throws Exception {
        try (TestHost host = start("bindings: {a: {kind: kv, provider: memory}, b: {kind: kv, provider: memory}}")) {
            JsonNode problem =
                    deploy(host, "?binding=links%3Dsessions&binding=a").problem(422, "unknown-binding");
            assertEquals("[\"a\",\"b\"]", problem.path("bindings").toString());
            assertTrue(problem.path("detail").asText().contains("no binding sessions"), problem::toString);
            host.get("/v1/functions/errand").problem(404, "not-found");
            deploy(host, "?binding=queue:x").problem(422, "unknown-binding");
        }
    }

    @Test
    void afterARestartWithoutABindingTheFunctionLoadsAndItsCallsSaySo() throws Exception {
        try (TestHost host = start("bindings: {sessions: {kind: kv, provider: memory}}")) {
            deploy(host, "?binding=links%3Dsessions").expect(201);
        }
        Files.delete(folder.resolve(HostConfiguration.FILE_NAME));
        try (TestHost host = TestHost.start(folder, Limits.defaults())) {
            assertEquals(
                    "unavailable: binding sessions is not configured on this host",
                    call(host, "/kv/get?store=links&key=k"));
            assertTrue(call(host, "/secret?name=links").startsWith("unavailable: "));
            assertEquals("[]", host.get("/v1/bindings").json().path("bindings").toString());
        }
        try (TestHost host = start("bindings: {sessions: {kind: kv, provider: memory}}")) {
            assertEquals("", call(host, "/kv/get?store=links&key=k"), "it is back");
        }
    }

    @Test
    void functionsAndTopicsOfTheHostNeedNoConfiguration() throws Exception {
        try (TestHost host = start("")) {
            host.deploy("echo", "echo");
            deploy(host, "?binding=other%3Dfunction:echo&binding=topic:news").expect(201);
            assertEquals("", call(host, "/publish?topic=topic:news", "p"));
            assertEquals("invalid: function echo handles no events", call(host, "/spawn?function=other", "p"));
        }
    }

    @Test
    void aServerThatIsNotThereKeepsNoHostFromStarting() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        try (TestHost host = start("""
                bindings:
                  cache: {kind: kv, provider: redis, host: 127.0.0.1, port: %d}
                  prices: {kind: http, origin: 'http://127.0.0.1:%d', allow-private-addresses: true}
                  ledger: {kind: sql, provider: postgresql, url: 'postgresql://127.0.0.1:%d/l', user: u, password: p}
                  archive: {kind: blob, provider: s3, endpoint: 'http://127.0.0.1:%d', bucket: b, access-key: a, secret-key: s}
                """.formatted(port, port, port, port))) {
            deploy(host, "?binding=cache&binding=prices&binding=ledger&binding=archive")
                    .expect(201);
            assertTrue(call(host, "/kv/get?store=cache&key=k").startsWith("unavailable: "));
            assertTrue(call(host, "/http/send?upstream=prices&path=/").startsWith("unavailable: "));
        }
    }

    @Test
    void aWrongSettingKeepsTheHostFromStarting() {
        MayflyException e = assertThrows(
                MayflyException.Invalid.class, () -> start("bindings:\n  a: {kind: kv, provider: mongodb}\n"));
        assertTrue(e.toString().contains(HostConfiguration.FILE_NAME + ":2:27: binding a"), e::toString);
    }

    @Test
    void aFunctionGetsNoMoreOfABindingThanItsShare() throws Exception {
        try (TestHost host = start("""
                bindings:
                  half: {kind: sql, provider: sqlite, file: half.sqlite, pool-size: 2}
                  all: {kind: sql, provider: sqlite, file: all.sqlite, pool-size: 2, concurrency: 2}
                """)) {
            deploy(host, "?binding=half&binding=all").expect(201);
            for (String database : List.of("half", "all")) {
                String execute = "/sql/execute?database=" + database;
                assertEquals("0", call(host, execute, "CREATE TABLE t (n)"));
                CompletableFuture<Answer> holding = hold(host, database);
                String inUse = "mayfly_binding_in_use{binding=\"" + database + "\"}";
                Waiting.until("a call has a connection", () -> host.metric(inUse) == 1);
                assertEquals(
                        database.equals("half") ? "limit-exceeded: binding-concurrency-max=1 of binding half" : "i:1\n",
                        call(host, "/sql/query?database=" + database, "SELECT 1"));
                holding.get().problem(504, "deadline-exceeded");
                assertEquals(0, host.metric(inUse), "the call took it along");
            }
        }
    }

    @Test
    void operationsAreCountedByBindingAndOperation() throws Exception {
        try (TestHost host = start("bindings: {sessions: {kind: kv, provider: memory}}")) {
            deploy(host, "?binding=links%3Dsessions").expect(201);
            call(host, "/kv/set?store=links&key=k", "v");
            call(host, "/kv/get?store=links&key=k");
            call(host, "/kv/get?store=links&key=k");
            call(host, "/kv/get?store=links&key=" + "k".repeat(1_000));
            call(host, "/kv/get?store=not-granted&key=k");
            String get = "{binding=\"sessions\",operation=\"kv-get\"}";
            assertEquals(3, host.metric("mayfly_operation_duration_seconds_count" + get));
            assertEquals(1, host.metric("mayfly_operation_errors_total" + get));
            assertEquals(0, host.metric("mayfly_operation_errors_total{binding=\"sessions\",operation=\"kv-set\"}"));
            assertEquals(0, host.metric("mayfly_binding_in_use{binding=\"sessions\"}"));
            String text = host.get("/observe/metrics").text();
            assertTrue(text.contains("mayfly_binding_in_use{binding=\"sessions\"} 0"), text);
            assertFalse(text.contains("not-granted"), "what functions ask for makes no line");
        }
    }

    @Test
    void theHostsBindingsAreListedWithWhatTheyAreDoing() throws Exception {
        try (TestHost host = start("""
                bindings:
                  sessions: {kind: kv, provider: memory, concurrency: 9}
                  prices: {kind: http, origin: 'https://user-7.example'}
                """)) {
            deploy(host, "?binding=links%3Dsessions").expect(201);
            call(host, "/kv/get?store=links&key=k");
            JsonNode bindings = host.get("/v1/bindings").expect(200).json().path("bindings");
            assertEquals(2, bindings.size());
            assertEquals(
                    "{\"name\":\"sessions\",\"kind\":\"kv\",\"provider\":\"memory\",\"concurrencyMax\":9,"
                            + "\"functions\":[\"errand\"],\"inUse\":0,\"operations\":1,\"errors\":0}",
                    bindings.get(0).toString());
            assertEquals(0, bindings.get(1).path("connectionsOpen").asInt(-1));
            assertFalse(bindings.toString().contains("example"), "addresses are the operator's");
        }
    }

    @Test
    void aSecretIsReadAgainWhenAFunctionWantsItFresh() throws Exception {
        Path file = Files.writeString(folder.resolve("api-token"), "first\n");
        try (TestHost host = start("bindings: {api-token: {kind: secret, value: {file: api-token}}}")) {
            deploy(host, "?binding=token%3Dapi-token").expect(201);
            assertEquals("first", call(host, "/secret?name=token"));
            Files.writeString(file, "second\n");
            assertEquals("first", call(host, "/secret?name=token"));
            assertEquals("second", call(host, "/secret?name=token&staleness-ms=0"));
        }
    }

    /** Wherever it is used, and whatever goes wrong. */
    @Test
    void noSecretIsInLogsErrorsMetricsOrProblems() throws Exception {
        String secret = "s3cr3t-" + "0123456789";
        StringBuilder said = new StringBuilder();
        Handler scan = new Handler() {
            @Override
            public void publish(LogRecord line) {
                synchronized (said) {
                    said.append(line.getLoggerName()).append(": ").append(new SimpleFormatter().format(line));
                }
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        scan.setLevel(java.util.logging.Level.ALL);
        Logger root = Logger.getLogger("");
        java.util.logging.Level before = root.getLevel();
        root.addHandler(scan);
        root.setLevel(java.util.logging.Level.ALL);
        Path file = Files.writeString(folder.resolve("password"), secret);
        try (ServerSocket notRedis = new ServerSocket(0)) {
            int port = notRedis.getLocalPort();
            Queue<String> received = new ConcurrentLinkedQueue<>();
            Thread.ofVirtual().start(() -> hangUp(notRedis, received));
            try (TestHost host = start("""
                    bindings:
                      cache: {kind: kv, provider: redis, host: 127.0.0.1, port: %d, password: {file: password}}
                      literal: {kind: kv, provider: redis, host: 127.0.0.1, port: %d, password: %s}
                      upstream:
                        kind: http
                        origin: http://127.0.0.1:%d
                        allow-private-addresses: true
                        headers: {authorization: {file: password}}
                      token: {kind: secret, value: {file: password}}
                    """.formatted(port, port, secret, port))) {
                said.append(deploy(host, "?binding=cache&binding=literal&binding=upstream&binding=token")
                        .expect(201)
                        .text());
                assertEquals(secret, call(host, "/secret?name=token"));
                for (String path : List.of(
                        "/kv/get?store=cache&key=k",
                        "/kv/get?store=literal&key=k",
                        "/http/send?upstream=upstream&path=/",
                        "/secret?name=cache")) {
                    said.append(call(host, path));
                }
                Waiting.until(
                        "both servers were given it",
                        () -> received.stream().anyMatch(sent -> sent.contains("AUTH") && sent.contains(secret))
                                && received.stream().anyMatch(sent -> sent.contains("authorization: " + secret)));
                Files.delete(file);
                said.append(call(host, "/secret?name=token&staleness-ms=0"));
                for (String path : List.of("/v1/bindings", "/v1/functions/errand", "/observe/metrics")) {
                    said.append(host.get(path).text());
                }
                said.append(deploy(host, "?binding=nope").problem(422, "unknown-binding"));
                said.append(host.log("errand"));
            }
            said.append(assertThrows(
                    MayflyException.Invalid.class,
                    () -> start("bindings:\n  a: {kind: kv, provider: redis, host: h, port: x, password: " + secret
                            + "}\n")));
        } finally {
            root.removeHandler(scan);
            root.setLevel(before);
        }
        synchronized (said) {
            assertTrue(said.toString().contains("literal: password stands in the file itself"), "the log was scanned");
            int at = said.indexOf(secret);
            assertTrue(at < 0, () -> said.substring(Math.max(0, at - 500), at + secret.length()));
        }
    }

    /** Takes what it is sent first, and goes. */
    private static void hangUp(ServerSocket server, Queue<String> received) {
        try {
            while (true) {
                try (Socket client = server.accept()) {
                    byte[] first = new byte[8192];
                    int count = client.getInputStream().read(first);
                    received.add(new String(first, 0, Math.max(0, count), StandardCharsets.ISO_8859_1));
                }
            }
        } catch (IOException closed) {
            // The test is over.
        }
    }
}
