package dev.mayfly.host.interfaces;

import static dev.mayfly.host.interfaces.ErrandHost.pathOf;
import static dev.mayfly.host.interfaces.ErrandHost.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.host.testing.Answer;
import dev.mayfly.host.testing.Waiting;
import dev.mayfly.hostinterfaces.testing.RawUpstream;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One function takes all of a pool that it may, which is half: another one on the same binding still gets its own. */
@Timeout(60)
final class FairShareTest {
    private static final int SHARE = 2;
    private static final int CALLS = 3 * SHARE;

    @TempDir
    private Path folder;

    /** Calls of {@code greedy}, of which only its share gets through; the others are refused at once. */
    private static List<CompletableFuture<Answer>> takeAll(ErrandHost host, String path) throws Exception {
        List<CompletableFuture<Answer>> calls = new ArrayList<>();
        for (int i = 0; i < CALLS; i++) {
            calls.add(host.host().begin(path));
        }
        Waiting.until(
                "all but its share are refused",
                () -> calls.stream().filter(CompletableFuture::isDone).count() == CALLS - SHARE);
        for (CompletableFuture<Answer> call : calls) {
            if (call.isDone()) {
                String told = refused("limit-exceeded", call.get());
                assertTrue(told.contains("binding-concurrency-max=" + SHARE + " of binding"), told);
            }
        }
        return calls;
    }

    private static void endAll(List<CompletableFuture<Answer>> calls) {
        for (CompletableFuture<Answer> call : calls) {
            call.exceptionally(cutOff -> null).join();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/hangs", "/hangs-in-its-body"})
    void anUpstreamThatHangsForOneFunctionAnswersItsNeighbour(String hanging) throws Exception {
        RawUpstream.Conduct conduct = (socket, in, out) -> {
            for (String head = RawUpstream.readHead(in); !head.isEmpty(); head = RawUpstream.readHead(in)) {
                String answer = head.contains("/hangs-in-its-body")
                        ? "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nfirst"
                        : head.contains("/hangs") ? "" : "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
                out.write(answer.getBytes(StandardCharsets.US_ASCII));
            }
        };
        try (RawUpstream upstream = new RawUpstream(conduct);
                ErrandHost host = ErrandHost.start(folder, """
                        shop: {kind: http, origin: '%s', allow-private-addresses: true, pool-size: %d}
                        """.formatted(upstream.origin(), 2 * SHARE))) {
            host.grantTo("greedy", "shop").grantTo("neighbour", "shop");
            List<CompletableFuture<Answer>> calls =
                    takeAll(host, pathOf("greedy", "http/send", "upstream=shop", "path=" + hanging));
            for (int i = 0; i < 20; i++) {
                Answer answer = host.host().get(pathOf("neighbour", "http/read", "upstream=shop", "path=/"));
                assertEquals("ok", answer.text());
            }
            upstream.hangUp();
            endAll(calls);
            host.expectReleased();
            assertEquals(
                    "ok",
                    host.host()
                            .get(pathOf("greedy", "http/read", "upstream=shop", "path=/"))
                            .text());
        }
    }

    @Test
    void cursorsThatOneFunctionHoldsLeaveConnectionsToItsNeighbour() throws Exception {
        try (ErrandHost host = ErrandHost.start(
                folder, "orders: {kind: sql, provider: sqlite, file: orders.sqlite, pool-size: " + 2 * SHARE + "}")) {
            host.grantTo("greedy", "orders").grantTo("neighbour", "orders");
            List<CompletableFuture<Answer>> calls = new ArrayList<>();
            String select = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n";
            for (int i = 0; i < CALLS; i++) {
                calls.add(CompletableFuture.supplyAsync(() -> {
                    try {
                        return host.within(
                                1_500,
                                host.host()
                                        .request(pathOf("greedy", "hold", "what=rows", "database=orders", "end=spin"))
                                        .POST(BodyPublishers.ofString(select)));
                    } catch (Exception e) {
                        throw new AssertionError(e);
                    }
                }));
            }
            Waiting.until(
                    "all but its share are refused",
                    () -> calls.stream().filter(CompletableFuture::isDone).count() == CALLS - SHARE);
            for (int i = 0; i < 20; i++) {
                Answer answer = host.host()
                        .post(
                                pathOf("neighbour", "sql/query", "database=orders"),
                                "SELECT 1".getBytes(StandardCharsets.UTF_8));
                assertEquals("i:1\n", answer.text());
            }
            assertEquals(SHARE, host.ofBinding("orders", "inUse"));
            for (CompletableFuture<Answer> call : calls) {
                Answer answer = call.get();
                if (answer.status() == 429) {
                    refused("limit-exceeded", answer);
                } else {
                    answer.problem(504, "deadline-exceeded");
                }
            }
            host.expectReleased();
            assertEquals(0, host.ofBinding("orders", "connectionsInUse"));
        }
    }
}
