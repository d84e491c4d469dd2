package dev.mayfly.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mayfly.host.testing.Damage;
import dev.mayfly.host.testing.Guests;
import dev.mayfly.host.testing.HostProcess;
import dev.mayfly.host.testing.SetClock;
import dev.mayfly.host.testing.TestHost;
import dev.mayfly.host.testing.Waiting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A snapshot's days, the bad ones too: it survives restarts, ages, goes with its version, and never is worse than none. */
@Timeout(180)
final class WarmupLifecycleTest {
    private static final String WARMUP = "{'requests':[{'path':'/look'},{'path':'/counted'}]}";

    private final SetClock clock = new SetClock();

    @TempDir
    private Path folder;

    private TestHost start() {
        return TestHost.of(Host.start(TestHost.config(folder), clock, step -> {}), folder);
    }

    private static String path(String warmup, String config) {
        String settings = "{'config':{'a':'" + config + "'},'warmup':" + warmup + "}";
        return "/v1/functions/tables?manifest="
                + URLEncoder.encode(settings.replace('\'', '"'), StandardCharsets.UTF_8);
    }

    private static void deploy(TestHost host, String warmup, String config) throws Exception {
        host.send(host.request(path(warmup, config)).PUT(BodyPublishers.ofByteArray(Guests.bytes("warm"))));
    }

    private static String start(TestHost host) throws Exception {
        return host.get("/f/tables/counted").expect(200).header("mayfly-start");
    }

    private List<Path> files(String below) throws IOException {
        while (true) {
            try (Stream<Path> walk = Files.walk(folder.resolve(below))) {
                return walk.filter(Files::isRegularFile).toList();
            } catch (UncheckedIOException e) {
                // One went while they were looked at: once more, of those that are left.
                assertInstanceOf(NoSuchFileException.class, e.getCause());
            }
        }
    }

    @Test
    void aRestartFindsItsSnapshotsAndBuildsNone() throws Exception {
        String ended;
        try (TestHost host = start()) {
            deploy(host, WARMUP, "x");
            ended = host.awaitWarmup("tables", "warmed").path("endedAt").asText();
        }
        try (TestHost host = start()) {
            assertEquals("warmed", start(host));
            assertEquals(ended, host.warmup("tables").path("endedAt").asText());
        }
    }

    @Test
    void aRefusalIsRememberedToo() throws Exception {
        JsonNode before;
        try (TestHost host = start()) {
            deploy(host, "{'requests':[{'path':'/fail'}]}", "x");
            Waiting.until(
                    "it is refused",
                    () -> host.warmup("tables").path("state").asText().equals("refused"));
            before = host.warmup("tables");
        }
        try (TestHost host = start()) {
            assertEquals(before, host.warmup("tables"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"flipped", "truncated", "missing"})
    void aDamagedArtifactIsNeverLoadedAndMadeAgain(String damage) throws Exception {
        String image;
        try (TestHost host = start()) {
            deploy(host, WARMUP, "x");
            image = host.awaitWarmup("tables", "warmed").path("image").asText();
        }
        for (Path file : files("store/artifacts")) {
            if (file.toString().contains(image)) {
                Damage.to(file, damage);
            }
        }
        try (TestHost host = start()) {
            assertEquals("cold", start(host), "nobody waits for the compiler");
            Waiting.until("it is compiled again", () -> start(host).equals("warmed"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"flipped", "truncated", "missing"})
    void aDamagedImageIsNeverLoadedAndBuiltAgain(String damage) throws Exception {
        JsonNode before;
        try (TestHost host = start()) {
            deploy(host, WARMUP, "x");
            before = host.awaitWarmup("tables", "warmed");
        }
        for (Path file : files("store")) {
            if (file.toString().contains(before.path("image").asText())) {
                Damage.to(file, damage);
            }
        }
        try (TestHost host = start()) {
            assertEquals("cold", start(host));
            Waiting.until("it is built again", () -> start(host).equals("warmed"));
            assertNotEquals(
                    before.path("endedAt").asText(),
                    host.warmup("tables").path("endedAt").asText());
            assertEquals("3", host.get("/f/tables/counted").text());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"flipped", "truncated"})
    void aDamagedRecordIsNone(String damage) throws Exception {
        try (TestHost host = start()) {
            deploy(host, WARMUP, "x");
            host.awaitWarmup("tables", "warmed");
        }
        for (Path file : files("snapshots")) {
            Damage.to(file, damage);
        }
        try (TestHost host = start()) {
            host.awaitWarmup("tables", "warmed");
            assertEquals("warmed", start(host));
        }
    }

    @Test
    void aHostThatIsKilledWhileItBuildsLeavesNothingButARetry() throws Exception {
        Path temporary = Files.createDirectory(folder.resolve("tmp"));
        HttpClient client = TestHost.client(HttpClient.Version.HTTP_1_1);
        // At moments that are spread over a build, which takes some 200 ms or more.
        for (int afterMs : new int[] {0, 40, 80, 120, 160, 200, 300}) {
            try (HostProcess process = new HostProcess(temporary, HostProcess.NEVER, List.of(folder))) {
                String admin = process.hosts().getFirst();
                client.send(
                        HttpRequest.newBuilder(java.net.URI.create(admin + path(WARMUP, "x" + afterMs)))
                                .header("Authorization", "Bearer " + TestHost.key(folder))
                                .PUT(BodyPublishers.ofByteArray(Guests.bytes("warm")))
                                .build(),
                        BodyHandlers.discarding());
                Thread.sleep(afterMs);
                process.kill();
            }
        }
        try (TestHost host = start()) {
            host.awaitWarmup("tables", "warmed");
            assertEquals("3", host.get("/f/tables/counted").expect(200).text());
            host.delete("/v1/functions/tables").expect(204);
            Waiting.until("its records are gone", () -> files("snapshots").isEmpty());
        }
        try (TestHost host = start()) {
            assertEquals(1, files("store/components").size(), "the canary's, and nothing that builds left");
            assertEquals(404, host.get("/f/tables/counted").status());
        }
    }

    @Test
    void aSnapshotIsBuiltAgainBeforeItIsTooOldAndServesMeanwhile() throws Exception {
        try (TestHost host = start()) {
            deploy(host, "{'max-age-s':3600,'requests':[{'path':'/look'}]}", "x");
            String first = host.awaitWarmup("tables", "warmed").path("endedAt").asText();
            clock.advance(Duration.ofMinutes(50));
            assertEquals("warmed", start(host));
            assertEquals(first, host.warmup("tables").path("endedAt").asText());
            double reused = host.metric("mayfly_functions_reused_total");
            double compiled = host.metric("mayfly_functions_compiled_total");
            clock.advance(Duration.ofMinutes(5));
            Waiting.until("it is built again", () -> {
                assertEquals("warmed", start(host));
                return !host.warmup("tables").path("endedAt").asText().equals(first);
            });
            compiled = host.metric("mayfly_functions_compiled_total") - compiled;
            reused = host.metric("mayfly_functions_reused_total") - reused;
            assertEquals(2, files("code-packs").size(), "the function's and its instrumented copies'");
            assertTrue(reused > 2 * compiled, reused + " of the copy's and the image's, but not " + compiled);
        }
    }

    @Test
    void aVersionThatNobodyInvokesIsInactiveUntilTheNextCall() throws Exception {
        try (TestHost host = start()) {
            deploy(host, WARMUP, "x");
            host.awaitWarmup("tables", "warmed");
            clock.advance(Duration.ofDays(15));
            Waiting.until(
                    "it is inactive",
                    () -> host.warmup("tables").path("state").asText().equals("inactive"));
            clock.advance(Duration.ofSeconds(1));
            assertEquals("cold", start(host));
            host.awaitWarmup("tables", "warmed");
            assertEquals("warmed", start(host));
        }
    }

    @Test
    void anotherVersionStartsColdAndTheOldOneKeepsItsSnapshot() throws Exception {
        try (TestHost host = start()) {
            deploy(host, WARMUP, "x");
            host.awaitWarmup("tables", "warmed");
            host.send(host.request("/v1/functions/tables").PUT(BodyPublishers.ofByteArray(Guests.bytes("warm"))))
                    .expect(200);
            assertEquals("cold", start(host));
            host.post("/v1/functions/tables/rollback", new byte[0]).expect(200);
            assertEquals("warmed", start(host));
        }
    }

    @Test
    void redeployingAndRemovingWhileItIsBuiltLeavesNothingBehind() throws Exception {
        try (TestHost host = start()) {
            for (int round = 0; round < 6; round++) {
                deploy(host, WARMUP, "x" + round);
                assertFalse(start(host).isEmpty());
            }
            host.delete("/v1/functions/tables/warmup").expect(204);
            host.awaitWarmup("tables", "warmed");
            host.delete("/v1/functions/tables").expect(204);
            Waiting.until("its snapshots are gone", () -> files("snapshots").isEmpty());
            Waiting.until("all else is gone", () -> files("store/components").size() == 1);
            assertEquals(List.of(), files("code-packs"));
        }
    }

    @Test
    void twoFunctionsOfTheSameVersionShareTheirSnapshot() throws Exception {
        try (TestHost host = start()) {
            deploy(host, WARMUP, "x");
            JsonNode first = host.awaitWarmup("tables", "warmed");
            String other = path(WARMUP, "x").replace("/tables?", "/other?");
            host.send(host.request(other).PUT(BodyPublishers.ofByteArray(Guests.bytes("warm"))))
                    .expect(201);
            assertEquals("warmed", host.get("/f/other/counted").expect(200).header("mayfly-start"));
            JsonNode second =
                    host.get("/v1/functions/other/warmup").expect(200).json().at("/versions/0");
            assertEquals(first, second);
            host.delete("/v1/functions/tables").expect(204);
            assertEquals("warmed", host.get("/f/other/counted").expect(200).header("mayfly-start"));
            assertTrue(files("store/components").size() >= 3);
        }
    }
}
