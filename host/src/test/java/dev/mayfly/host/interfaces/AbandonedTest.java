package dev.mayfly.host.interfaces;

import static dev.mayfly.host.interfaces.ErrandHost.path;
import static dev.mayfly.host.interfaces.ErrandHost.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.host.testing.Answer;
import dev.mayfly.host.testing.Raw;
import dev.mayfly.host.testing.Waiting;
import dev.mayfly.hostinterfaces.testing.RawUpstream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * However an invocation ends with something open, it is released: transactions are rolled back, connections are back in their pools, and of a blob
 * that was being written nothing is there.
 */
@Timeout(60)
final class AbandonedTest {
    private static final String INSERT = "INSERT INTO orders (item) VALUES ('abandoned')";

    /** Many rows: more than a batch is left. */
    private static final String SELECT =
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) SELECT i FROM n";

    @TempDir
    private Path folder;

    private RawUpstream upstream;
    private ErrandHost host;

    /** What a function leaves open. */
    enum Held {
        TRANSACTION(INSERT),
        CURSOR(SELECT),
        RESPONSE(""),
        BLOB("");

        private final String body;

        Held(String body) {
            this.body = body;
        }

        private List<String> query() {
            return switch (this) {
                case TRANSACTION -> List.of("what=transaction", "database=orders");
                case CURSOR -> List.of("what=rows", "database=orders");
                case RESPONSE -> List.of("what=http", "upstream=shop", "path=/");
                case BLOB -> List.of("what=blob", "container=images", "key=large");
            };
        }

        String path(String... more) {
            return ErrandHost.path(
                    "hold", Stream.concat(query().stream(), Stream.of(more)).toArray(String[]::new));
        }
    }

    @BeforeEach
    void start() throws Exception {
        // An answer that never ends.
        upstream = new RawUpstream((socket, in, out) -> {
            RawUpstream.readHead(in);
            out.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            while (true) {
                out.write("4\r\nmore\r\n".getBytes(StandardCharsets.US_ASCII));
            }
        });
        restart();
        host.post("CREATE TABLE orders (item TEXT)", "sql/execute", "database=orders")
                .expect(200);
        host.host()
                .post(path("blob/put", "container=images", "key=large"), new byte[200_000])
                .expect(200);
    }

    private void restart() throws Exception {
        host = ErrandHost.start(folder, """
                orders: {kind: sql, provider: sqlite, file: orders.sqlite, pool-size: 4, concurrency: 4}
                shop: {kind: http, origin: '%s', allow-private-addresses: true, pool-size: 2, concurrency: 2}
                images: {kind: blob, provider: folder, folder: images}
                signals: {kind: kv, provider: memory}
                """.formatted(upstream.origin()));
        host.grant("orders", "shop", "images", "signals");
    }

    @AfterEach
    void stop() throws IOException {
        host.close();
        upstream.close();
    }

    private void awaitHolding() throws Exception {
        Waiting.until(
                "it is open",
                () -> host.get("kv/delete", "store=signals", "key=holding")
                        .text()
                        .equals("true"));
    }

    private void awaitClientsGone(long count) throws Exception {
        Waiting.until(
                "the host has noticed", () -> host.host().invocations(ErrandHost.FUNCTION, "client-gone") == count);
    }

    private void expectNothingLeft() throws Exception {
        host.expectReleased();
        assertEquals(0, host.ofBinding("orders", "connectionsInUse"));
        assertEquals(0, host.ofBinding("shop", "connectionsOpen"));
        Waiting.until("the upstream's connections are closed", () -> upstream.open() == 0);
        assertEquals(
                "i:0\n",
                host.post("SELECT count(*) FROM orders", "sql/query", "database=orders")
                        .text());
        // And nothing is locked.
        assertEquals(
                "1\n",
                host.post(INSERT, "sql/transaction", "database=orders", "end=rollback")
                        .text());
    }

    @ParameterizedTest
    @EnumSource(Held.class)
    void whenTheFunctionTrapsOrAnswersWithoutDropping(Held held) throws Exception {
        for (int i = 0; i < 6; i++) {
            host.host()
                    .post(held.path(), held.body.getBytes(StandardCharsets.UTF_8))
                    .problem(500, "function-trapped");
            host.host()
                    .post(held.path("end=return"), held.body.getBytes(StandardCharsets.UTF_8))
                    .expect(204);
        }
        expectNothingLeft();
    }

    @ParameterizedTest
    @EnumSource(Held.class)
    void whenTheFunctionRunsToItsDeadline(Held held) throws Exception {
        for (int i = 0; i < 3; i++) {
            Answer answer = host.within(
                    200, host.host().request(held.path("end=spin")).POST(BodyPublishers.ofString(held.body)));
            answer.problem(504, "deadline-exceeded");
        }
        expectNothingLeft();
    }

    @ParameterizedTest
    @EnumSource(Held.class)
    void whenTheClientGoesAway(Held held) throws Exception {
        for (int gone = 1; gone <= 3; gone++) {
            try (Socket socket = host.host().connect()) {
                Raw.write(
                        socket,
                        "POST " + held.path("end=spin", "store=signals") + " HTTP/1.1\r\nHost: localhost\r\n"
                                + "Content-Length: " + held.body.length() + "\r\n\r\n" + held.body);
                awaitHolding();
            }
            // The next one needs what this one holds: the upstream's binding lets two calls hold a response at once.
            awaitClientsGone(gone);
        }
        expectNothingLeft();
    }

    @Test
    void whenTheHostCloses() throws Exception {
        List<CompletableFuture<Answer>> calls = new ArrayList<>();
        for (Held held : Held.values()) {
            calls.add(CompletableFuture.supplyAsync(() -> {
                try {
                    return host.host()
                            .post(held.path("end=spin", "store=signals"), held.body.getBytes(StandardCharsets.UTF_8));
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            }));
            awaitHolding();
        }
        Socket uploading = beginUpload("half");
        try {
            host.host().host().close();
        } finally {
            uploading.close();
        }
        for (CompletableFuture<Answer> call : calls) {
            call.exceptionally(cutOff -> null).join();
        }
        Waiting.until("the upstream's connections are closed", () -> upstream.open() == 0);
        restart();
        expectNothingLeft();
        expectNoBlob("half");
    }

    /** A request whose body is stored as it comes, and doesn't come to its end. */
    private Socket beginUpload(String key) throws Exception {
        Socket socket = host.host().connect();
        Raw.write(
                socket,
                "POST " + path("blob/put", "container=images", "key=" + key) + " HTTP/1.1\r\nHost: localhost\r\n"
                        + "Content-Length: 10000000\r\n\r\n");
        OutputStream out = socket.getOutputStream();
        out.write(new byte[1_000_000]);
        Waiting.until("it is being written", () -> drafts() > 0);
        return socket;
    }

    private long drafts() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("images").resolve("temporary"))) {
            return files.count();
        }
    }

    private void expectNoBlob(String key) throws Exception {
        Waiting.until("the draft is deleted", () -> drafts() == 0);
        refused("not-found", host.get("blob/head", "container=images", "key=" + key));
        assertEquals("large 200000\n", host.get("blob/list", "container=images").text());
    }

    @Test
    void ofABlobWhoseClientGoesAwayNothingIsThere() throws Exception {
        for (int i = 0; i < 3; i++) {
            beginUpload("half").close();
            Waiting.until("the draft is deleted", () -> drafts() == 0);
        }
        expectNoBlob("half");
        host.expectReleased();
    }

    @Test
    void ofABlobThatDoesNotComeBeforeTheDeadlineNothingIsThere() throws Exception {
        Answer answer =
                host.within(300, host.request("http/store", "upstream=shop", "path=/", "container=images", "key=half"));
        assertTrue(answer.status() == 504, answer::text);
        expectNoBlob("half");
        expectNothingLeft();
    }

    @Test
    void aBlobThatIsReplacedIsTheOldOneUntilAllOfTheNewOneIsThere() throws Exception {
        beginUpload("large").close();
        expectNoBlob("half");
        assertTrue(host.get("blob/head", "container=images", "key=large").text().contains("length 200000"));
    }
}
