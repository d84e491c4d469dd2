package dev.mayfly.host.interfaces;

import static dev.mayfly.host.interfaces.ErrandHost.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.hostinterfaces.testing.PostgresServer;
import dev.mayfly.hostinterfaces.testing.RawUpstream;
import dev.mayfly.hostinterfaces.testing.RedisServer;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real servers take the host's credentials, refuse them and die, with every library's log at its most talkative: nowhere is a credential to be read
 * but in the files that it is configured in.
 */
@Timeout(60)
final class SecretsTest {
    private static final String REDIS = "r3d1s-4711";
    private static final Map<String, String> SECRETS = Map.of(
            "postgres", PostgresServer.PASSWORD,
            "wrong-postgres", "wr0ng-p0stgres-4711",
            "redis", REDIS,
            "wrong-redis", "wr0ng-r3d1s-4711",
            "header", "h3ader-4711",
            "s3", "s3cret-key-4711",
            "value", "v4lue-4711");

    @TempDir
    private Path folder;

    @TempDir
    private Path configured;

    /** All that is logged in this process. */
    private static final class Listening extends Handler implements AutoCloseable {
        private final Logger root = Logger.getLogger("");
        private final Level before = root.getLevel();
        private final Queue<String> lines = new ConcurrentLinkedQueue<>();

        Listening() {
            setLevel(Level.ALL);
            root.addHandler(this);
            root.setLevel(Level.ALL);
        }

        @Override
        public void publish(LogRecord line) {
            // Not the client's own, which is the test's.
            if (line.getLoggerName() == null || !line.getLoggerName().startsWith("jdk.")) {
                lines.add(line.getLoggerName() + ": " + new SimpleFormatter().format(line));
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {
            root.removeHandler(this);
            root.setLevel(before);
        }
    }

    private String file(String secret) throws IOException {
        return "{file: "
                + Files.writeString(configured.resolve(secret), Objects.requireNonNull(SECRETS.get(secret)))
                + "}";
    }

    private static void expectNone(String where, String text) {
        SECRETS.forEach((name, secret) -> {
            String base64 = Base64.getEncoder().encodeToString(secret.getBytes(StandardCharsets.UTF_8));
            for (String form : List.of(secret, base64)) {
                int at = text.indexOf(form);
                assertTrue(
                        at < 0,
                        () -> name + " is in " + where + ": "
                                + text.substring(Math.max(0, at - 300), Math.min(text.length(), at + 100)));
            }
        });
    }

    @Test
    void noneIsReadableAnywhereButWhereItIsConfigured() throws Exception {
        List<String> told = new ArrayList<>();
        Set<String> heads = ConcurrentHashMap.newKeySet();
        try (PostgresServer postgres = PostgresServer.start();
                RedisServer redis = RedisServer.started("--requirepass", REDIS);
                RawUpstream upstream = new RawUpstream(RawUpstream.eachHead(head -> {
                    heads.add(head);
                    return head.contains("/ok") ? "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok" : "garbage\r\n\r\n";
                }));
                // After the commands that made the servers: those have the passwords in them.
                Listening log = new Listening()) {
            try (ErrandHost host = ErrandHost.start(folder, """
                    orders: {kind: sql, provider: postgresql, url: %1$s, user: orders, password: %2$s}
                    wrong-orders: {kind: sql, provider: postgresql, url: %1$s, user: orders, password: %3$s}
                    cache: {kind: kv, provider: redis, host: 127.0.0.1, port: %4$d, password: %5$s}
                    wrong-cache: {kind: kv, provider: redis, host: 127.0.0.1, port: %4$d, password: %6$s}
                    shop:
                      kind: http
                      origin: %7$s
                      allow-private-addresses: true
                      headers: {authorization: %8$s}
                    images: {kind: blob, provider: s3, bucket: b, endpoint: '%7$s', access-key: public-4711, secret-key: %9$s}
                    token: {kind: secret, value: %10$s}
                    """.formatted(
                            postgres.url("orders"),
                            file("postgres"),
                            file("wrong-postgres"),
                            redis.port(),
                            file("redis"),
                            file("wrong-redis"),
                            upstream.origin(),
                            file("header"),
                            file("s3"),
                            file("value")))) {
                host.grant("orders", "wrong-orders", "cache", "wrong-cache", "shop", "images", "token");
                assertEquals(
                        SECRETS.get("value"), host.get("secret", "name=token").text());
                assertEquals(
                        "i:1\n",
                        host.post("SELECT 1::bigint", "sql/query", "database=orders")
                                .text());
                host.post("x", "kv/set", "store=cache", "key=k").expect(204);
                assertEquals(
                        "ok", host.get("http/send", "upstream=shop", "path=/ok").text());
                assertTrue(heads.stream().anyMatch(head -> head.contains("h3ader-4711")), "the upstream got it");
                told.addAll(failures(host));
                redis.kill();
                postgres.kill();
                try {
                    told.addAll(failures(host));
                } finally {
                    postgres.up();
                }
                Files.delete(configured.resolve("value"));
                told.add(refused("unavailable", host.get("secret", "name=token", "staleness-ms=0")));
                told.add(host.get("hold", "what=blob", "container=images", "key=k")
                        .text());
                for (String path : List.of(
                        "/v1/bindings",
                        "/v1/functions",
                        "/v1/functions/errand",
                        "/v1/functions/errand/logs",
                        "/observe/metrics",
                        "/observe/health")) {
                    told.add(host.host().get(path).text());
                }
                told.add(host.host()
                        .upload("errand", new byte[] {1, 2, 3})
                        .problem(422, "not-a-component")
                        .toString());
            }
            told.forEach(text -> expectNone("an answer", text));
            assertFalse(log.lines.isEmpty());
            log.lines.forEach(line -> {
                expectNone("the log", line);
                assertFalse(line.contains("Authorization: "), line);
            });
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                expectNone(file.toString(), Files.readString(file, StandardCharsets.ISO_8859_1));
            }
        }
    }

    /** Whatever goes wrong with servers that are there, and with those that aren't. */
    private static List<String> failures(ErrandHost host) throws Exception {
        List<String> told = new ArrayList<>();
        for (String database : List.of("orders", "wrong-orders")) {
            told.add(host.within(
                            500,
                            host.request("sql/query", "database=" + database)
                                    .POST(BodyPublishers.ofString("SELECT nothing FROM no")))
                    .text());
        }
        for (String store : List.of("cache", "wrong-cache")) {
            told.add(host.within(500, host.request("kv/increment", "store=" + store, "key=k"))
                    .text());
        }
        told.add(host.within(500, host.request("http/read", "upstream=shop", "path=/garbage"))
                .text());
        told.add(refused("invalid", host.get("http/read", "upstream=shop", "path=/", "method=TRACE")));
        told.add(host.within(500, host.request("blob/get", "container=images", "key=k"))
                .text());
        return told;
    }
}
