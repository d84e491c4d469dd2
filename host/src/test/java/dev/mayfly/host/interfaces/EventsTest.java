package dev.mayfly.host.interfaces;

import static dev.mayfly.host.interfaces.ErrandHost.path;
import static dev.mayfly.host.interfaces.ErrandHost.pathOf;
import static dev.mayfly.host.interfaces.ErrandHost.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mayfly.host.Limits;
import dev.mayfly.host.testing.Answer;
import dev.mayfly.host.testing.HostProcess;
import dev.mayfly.host.testing.TestHost;
import dev.mayfly.host.testing.Waiting;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Events arrive, whatever happens to the function or the host; functions that call one another end in time. */
@Timeout(120)
final class EventsTest {
    private static final String STORE = "notes: {kind: kv, provider: sqlite, file: notes.sqlite}";
    private static final String[] GRANTS = {"events=notes", "errand=function:errand"};

    @TempDir
    private Path folder;

    private static String attempts(ErrandHost host, String id) throws Exception {
        return host.get("kv/get", "store=events", "key=attempts/" + id).text();
    }

    private static JsonNode events(ErrandHost host, String function) throws Exception {
        return host.host()
                .get("/v1/functions/" + function + "/events")
                .expect(200)
                .json();
    }

    private static void awaitSettled(ErrandHost host, String function) throws Exception {
        Waiting.until("no event waits", () -> {
            JsonNode events = events(host, function);
            return events.path("waiting").asInt() == 0 && events.path("running").asInt() == 0;
        });
    }

    @Test
    void whatFailsIsTriedAgainLaterEachTime() throws Exception {
        try (ErrandHost host = ErrandHost.start(folder, STORE).grant(GRANTS)) {
            long startNs = System.nanoTime();
            String id = host.post("retry-until:3", "spawn", "function=errand")
                    .expect(200)
                    .text();
            String trapping =
                    host.post("trap", "spawn", "function=errand").expect(200).text();
            Waiting.until("the third attempt", () -> attempts(host, id).equals("3"));
            long tookMs = (System.nanoTime() - startNs) / 1_000_000;
            assertTrue(tookMs > 2_000, "ms for two waits of about 1 s and 2 s: " + tookMs);
            Waiting.until(
                    "a trap is tried again as well",
                    () -> attempts(host, trapping).equals("3"));
            Waiting.until(
                    "the trapped one waits again",
                    () -> events(host, "errand").path("waiting").asInt() == 1);
        }
    }

    @Test
    void whatIsRejectedIsADeadLetterThatCanBeTriedAgain() throws Exception {
        try (ErrandHost host = ErrandHost.start(folder, STORE).grant(GRANTS)) {
            String id =
                    host.post("reject", "spawn", "function=errand").expect(200).text();
            Waiting.until(
                    "it is given up", () -> events(host, "errand").path("dead").asInt() == 1);
            JsonNode letter = events(host, "errand").path("deadLetters").get(0);
            assertEquals(id, letter.path("id").asText());
            assertEquals(1, letter.path("attempts").asInt());
            assertEquals("as asked", letter.path("error").asText());
            host.host().post("/v1/functions/errand/events/" + id + "/retry", new byte[0]);
            Waiting.until("it came again", () -> attempts(host, id).equals("2"));
        }
    }

    @Test
    void eventsThatFollowEventsEndInTime() throws Exception {
        Limits limits = Limits.defaults().withSpawnDepthMax(3);
        try (ErrandHost host = ErrandHost.start(folder, limits, STORE).grant(GRANTS)) {
            host.post("again:errand", "spawn", "function=errand").expect(200);
            Waiting.until(
                    "one is refused",
                    () -> host.get("kv/get", "store=events", "key=refused").status() == 200);
            String refused = host.get("kv/get", "store=events", "key=refused")
                    .expect(200)
                    .text();
            assertTrue(refused.contains("spawn-depth-max=3"), refused);
            awaitSettled(host, "errand");
            assertEquals("3", host.get("kv/get", "store=events", "key=again").text());
        }
    }

    @Test
    void whatIsPublishedReachesAllWhoSubscribe() throws Exception {
        try (ErrandHost host = ErrandHost.start(folder, """
                a: {kind: kv, provider: memory}
                b: {kind: kv, provider: memory}
                """)) {
            host.deploy("first", List.of("events=a", "topic:orders"), List.of("orders"));
            host.deploy("second", List.of("events=b"), List.of("orders", "others"));
            host.deploy("third", List.of("events=b"), List.of("others"));
            int count = 20;
            for (int i = 0; i < count; i++) {
                host.host()
                        .post(pathOf("first", "publish", "topic=topic:orders", "attribute=n:" + i), new byte[] {'x'})
                        .expect(204);
            }
            for (String function : List.of("first", "second")) {
                String all = pathOf(function, "kv/all-keys", "store=events", "prefix=event/");
                Waiting.until(
                        function + " has all",
                        () -> host.host().get(all).text().lines().count() == count);
            }
            awaitSettled(host, "second");
            assertEquals(0, host.host().invocations("third", "response"));
        }
    }

    /** Everything that was acknowledged is delivered; twice only what was on its way when the host died. */
    @Test
    void aHostThatIsKilledLosesNoEventThatItAcknowledged() throws Exception {
        try (ErrandHost host = ErrandHost.start(folder, STORE)) {
            host.grant(GRANTS);
        }
        Random random = new Random(11);
        Set<String> acknowledged = ConcurrentHashMap.newKeySet();
        int kills = 3;
        Path temporary = Files.createTempDirectory("mayfly-events-");
        try (HttpClient client = TestHost.client(HttpClient.Version.HTTP_1_1)) {
            for (int round = 0; round < kills; round++) {
                int before = acknowledged.size();
                try (HostProcess process = new HostProcess(temporary, HostProcess.NEVER, List.of(folder));
                        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                    URI spawn = URI.create(process.hosts().getFirst() + path("spawn", "function=errand"));
                    List<Future<?>> spawning = new ArrayList<>();
                    for (int i = 0; i < 8; i++) {
                        spawning.add(threads.submit(() -> spawnUntilGone(client, spawn, acknowledged)));
                    }
                    Waiting.until("events are acknowledged", () -> acknowledged.size() > before + 100);
                    TimeUnit.MILLISECONDS.sleep(random.nextInt(200));
                    process.kill();
                    for (Future<?> each : spawning) {
                        each.get();
                    }
                }
            }
        } finally {
            TestHost.delete(temporary);
        }
        try (ErrandHost host = ErrandHost.start(folder, STORE)) {
            awaitSettled(host, "errand");
            assertEquals(0, events(host, "errand").path("dead").asInt());
            Set<String> delivered = host.get("kv/all-keys", "store=events", "prefix=event/")
                    .text()
                    .lines()
                    .map(key -> key.substring("event/".length()))
                    .collect(Collectors.toSet());
            for (String id : acknowledged) {
                assertTrue(delivered.contains(id), "lost: " + id);
            }
            int again = 0;
            for (String id : delivered) {
                int attempts = Integer.parseInt(attempts(host, id));
                assertTrue(attempts <= 1 + kills, id + " came " + attempts + " times");
                again += attempts > 1 ? 1 : 0;
            }
            // No more are on their way at once than a host delivers at once, and none that was settled comes back.
            assertTrue(again <= kills * 64, "delivered again: " + again);
        }
    }

    private static void spawnUntilGone(HttpClient client, URI spawn, Set<String> acknowledged) {
        try {
            while (true) {
                Answer answer =
                        TestHost.send(client, HttpRequest.newBuilder(spawn).POST(BodyPublishers.ofString("x")));
                if (answer.status() == 200) {
                    acknowledged.add(answer.text());
                }
            }
        } catch (IOException gone) {
            // As it should be.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A call of a call of a call, so many, and in the end what the last one answers. */
    private static String chain(int calls, String last) {
        return IntStream.range(0, calls)
                .mapToObj(i -> "call")
                .reduce(
                        last,
                        (inner, call) ->
                                path(call, "function=errand", "path=" + inner).substring("/f/errand".length()));
    }

    @Test
    void functionsCallOneAnotherEightDeepAndNoDeeper() throws Exception {
        try (ErrandHost host = ErrandHost.start(folder, STORE).grant(GRANTS)) {
            assertEquals(
                    "0",
                    host.host().get("/f/errand" + chain(8, "/load")).expect(200).text());
            String told = refused("limit-exceeded", host.host().get("/f/errand" + chain(9, "/load")));
            assertTrue(told.contains("call-depth-max=8"), told);
        }
    }

    @Test
    void aFunctionThatIsCalledHasNoMoreTimeThanItsCallerHasLeft() throws Exception {
        try (ErrandHost host = ErrandHost.start(folder, "images: {kind: blob, provider: folder, folder: images}")) {
            host.grant("images", "errand=function:errand");
            host.post("x", "blob/put", "container=images", "key=k").expect(200);
            String spin = "/hold?what=blob&container=images&key=k&end=spin";
            long startNs = System.nanoTime();
            Answer answer = host.within(500, host.host().request("/f/errand" + chain(3, spin)));
            long tookMs = (System.nanoTime() - startNs) / 1_000_000;
            assertEquals(504, answer.status(), answer::text);
            // Each of the three calls leaves its caller a tenth of the time to act on what came of it.
            assertTrue(tookMs >= 300 && tookMs < 3_000, "ms until the deadline of 500: " + tookMs);
            assertTrue(host.host().invocations("errand", "deadline-exceeded") >= 1);
        }
    }
}
