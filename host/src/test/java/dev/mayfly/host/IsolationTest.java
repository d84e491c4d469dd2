package dev.mayfly.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.host.testing.Answer;
import dev.mayfly.host.testing.Raw;
import dev.mayfly.host.testing.TestHost;
import dev.mayfly.host.testing.Waiting;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Nothing of an invocation is left for another one. The guests look at all they can reach, say what isn't as new, and overwrite it.
 *
 * <p>Few instances, so that each is used again at once.
 */
class IsolationTest {
    private static TestHost host;

    @BeforeAll
    static void start() throws Exception {
        host = TestHost.start(Limits.defaults().withHostConcurrencyMax(4).withFunctionConcurrencyMax(4));
        host.deploy("probe", "probe");
        host.deploy("other-probe", "probe");
        host.deploy("state", "state");
        host.deploy("echo", "echo");
    }

    @AfterAll
    static void stop() {
        host.close();
    }

    @BeforeEach
    void spoilNothingYet() throws Exception {
        assertClean();
    }

    @AfterEach
    void everythingIsClean() throws Exception {
        for (int i = 0; i < 8; i++) {
            assertClean();
        }
        host.expectNothingTaken();
    }

    private static void assertClean() throws Exception {
        for (String function : List.of("probe", "other-probe", "state")) {
            Answer answer = host.get("/f/" + function + "/dirty");
            assertEquals("clean", answer.expect(200).text().strip(), function);
        }
    }

    @Test
    void afterAPredecessorThatWroteEverywhere() throws Exception {
        for (int i = 0; i < 20; i++) {
            assertEquals(
                    "clean", host.get("/f/probe/dirty?pages=500").expect(200).text());
        }
    }

    @Test
    void afterManyPredecessorsThatTouchedLittleAndOneThatWroteEverywhere() throws Exception {
        host.deploy("mostly-idle", "probe");
        for (int round = 0; round < 6; round++) {
            // Enough for the engine to know what such a call touches, and to keep the rest out of its reach.
            for (int i = 0; i < 20; i++) {
                host.get("/f/mostly-idle/echo").expect(200);
            }
            for (int i = 0; i < 2; i++) {
                assertEquals(
                        "clean",
                        host.get("/f/mostly-idle/dirty?pages=300").expect(200).text());
            }
        }
    }

    @Test
    void afterAPredecessorThatTrapped() throws Exception {
        for (int i = 0; i < 20; i++) {
            host.get("/f/probe/dirty-then-trap?pages=500").problem(500, "function-trapped");
            assertClean();
        }
    }

    @Test
    void afterAPredecessorThatHitItsDeadline() throws Exception {
        for (int i = 0; i < 10; i++) {
            host.send(host.request("/f/probe/dirty-then-spin?pages=500").header("Mayfly-Deadline-Ms", "100"))
                    .problem(504, "deadline-exceeded");
            assertClean();
        }
    }

    @Test
    void afterAPredecessorWhoseClientWent() throws Exception {
        for (int i = 0; i < 5; i++) {
            double before = host.invocations("probe", "client-gone");
            try (Socket socket = host.connect()) {
                Raw.write(socket, "GET /f/probe/dirty-then-spin?pages=500 HTTP/1.1\r\nHost: localhost\r\n\r\n");
                Waiting.until("the function runs", () -> host.metric("mayfly_engine_invocations_open") == 1);
            }
            Waiting.until("the function was cancelled", () -> host.invocations("probe", "client-gone") == before + 1);
            assertClean();
        }
    }

    @Test
    void afterAMixOfAllOfThemAtOnce() throws Exception {
        List<Callable<String>> calls = new ArrayList<>();
        Random random = new Random(7);
        List<String> paths = List.of(
                "dirty", "dirty?pages=300", "dirty-then-trap", "dirty-then-spin", "echo", "recurse", "alloc?mib=8");
        for (int i = 0; i < 300; i++) {
            String path = "/f/" + (random.nextBoolean() ? "probe/" : "other-probe/")
                    + paths.get(random.nextInt(paths.size()));
            calls.add(() -> {
                HttpRequest.Builder request = host.request(path).header("Mayfly-Deadline-Ms", "50");
                Answer answer = host.send(request);
                // Those that only look must not find anything; what became of the others is their own business.
                return path.contains("/dirty") && answer.status() == 200 ? answer.text() : "clean";
            });
        }
        try (ExecutorService clients = Executors.newFixedThreadPool(3)) {
            for (Future<String> result : clients.invokeAll(calls)) {
                assertEquals("clean", result.get());
            }
        }
    }

    @Test
    void bodiesAndAnswersOfOthersAreNotSeen() throws Exception {
        byte[] secret = "secret".repeat(20_000).getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < 10; i++) {
            host.post("/f/echo", secret).expect(200);
            assertEquals("", host.get("/f/echo").expect(200).text());
            assertEquals(
                    "",
                    host.get("/f/probe/read-at?offset=0&bytes=1000000")
                            .expect(200)
                            .text());
            assertEquals(
                    "",
                    host.post("/f/probe/read-at?offset=1&bytes=1000000", new byte[1])
                            .expect(200)
                            .text());
            Answer headers = host.send(host.request("/f/probe/headers"));
            assertTrue(headers.text().lines().noneMatch(line -> line.contains("secret")), headers::text);
        }
    }
}
