package dev.mayfly.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mayfly.engine.MayflyException;
import dev.mayfly.host.testing.Answer;
import dev.mayfly.host.testing.Guests;
import dev.mayfly.host.testing.Raw;
import dev.mayfly.host.testing.TestHost;
import dev.mayfly.host.testing.Waiting;
import dev.mayfly.linkercache.Digest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A host from start to end, and what the next one finds in its data folder. */
class LifecycleTest {
    private static final Limits LIMITS = Limits.defaults().withDeadline(Duration.ofMinutes(2));
    private static final byte[] HELLO = "hello".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path folder;

    private TestHost start() {
        return TestHost.start(folder, LIMITS);
    }

    private static void expectEcho(TestHost host, String name) throws Exception {
        assertEquals("hello", host.post("/f/" + name, HELLO).expect(200).text());
    }

    // ---- end

    private static boolean refusesConnections(TestHost host) throws IOException {
        try {
            host.connect().close();
            return false;
        } catch (ConnectException e) {
            return true;
        }
    }

    private static CompletableFuture<Answer> call(HttpClient client, TestHost host, String path) throws Exception {
        var answer = client.sendAsync(host.request(path).build(), BodyHandlers.ofByteArray())
                .thenApply(Answer::new);
        Waiting.until("the function runs", () -> host.metric("mayfly_engine_invocations_open") == 1);
        return answer;
    }

    @ParameterizedTest
    @EnumSource(value = HttpClient.Version.class, names = "HTTP_1_1")
    void closingLetsACallFinishAndTakesNoNewConnections(HttpClient.Version version) throws Exception {
        TestHost host = start();
        host.deploy("probe", "probe");
        try (HttpClient client = TestHost.client(version)) {
            TestHost.send(client, host.request("/f/probe/status?code=200")).expect(200);
            var running = call(client, host, "/f/probe/sleep-busy?ms=1000");
            var closing = CompletableFuture.runAsync(host.host()::close);
            Waiting.until("connections are refused", () -> refusesConnections(host));
            assertFalse(running.isDone(), "the call outlives the door");
            assertEquals("done", running.get(30, TimeUnit.SECONDS).expect(200).text());
            closing.get(30, TimeUnit.SECONDS);
        } finally {
            host.host().close();
        }
    }

    /** All functions, but for where the host listens. */
    private static JsonNode listed(TestHost host) throws Exception {
        JsonNode list = host.get("/v1/functions").expect(200).json();
        list.path("functions").forEach(function -> ((ObjectNode) function).remove("url"));
        return list;
    }

    @Test
    void aCallThatDoesNotEndIsCancelledAfterTheDrain() throws Exception {
        TestHost host = start();
        host.deploy("probe", "probe");
        try (HttpClient client = TestHost.client(HttpClient.Version.HTTP_1_1)) {
            var spinning = call(client, host, "/f/probe/spin");
            long startNs = System.nanoTime();
            host.host().close();
            Duration took = Duration.ofNanos(System.nanoTime() - startNs);
            assertTrue(took.compareTo(host.host().config().drain()) >= 0, "it had its time: " + took);
            assertTrue(took.compareTo(Duration.ofSeconds(30)) < 0, "its deadline is two minutes: " + took);
            spinning.get(30, TimeUnit.SECONDS).problem(503, "shutting-down");
        } finally {
            host.host().close();
        }
    }

    // ---- restart

    @Test
    void aRestartKeepsFunctionsAndTheirConfiguration() throws Exception {
        JsonNode before;
        try (TestHost host = start()) {
            host.deploy("echo", "echo");
            host.deploy("removed", "hello");
            host.delete("/v1/functions/removed").expect(204);
            host.send(host.request("/v1/functions/probe?config=greeting%3Dgr%C3%BC%C3%9Fe&config=empty%3D")
                            .PUT(BodyPublishers.ofByteArray(Guests.bytes("probe"))))
                    .expect(201);
            before = listed(host);
        }
        try (TestHost host = start()) {
            assertEquals(before, listed(host));
            assertEquals(2, before.path("functions").size());
            expectEcho(host, "echo");
            assertEquals(
                    "grüße",
                    host.get("/f/probe/config?name=greeting").expect(200).text());
            assertEquals("", host.get("/f/probe/config?name=empty").expect(200).text());
            host.get("/f/removed").problem(404, "not-found");
            assertEquals(0, host.metric("mayfly_tables_recompilations_total"));
        }
    }

    @Test
    void twoHostsOnOneDataFolderAreRefused() throws Exception {
        try (TestHost host = start()) {
            host.deploy("echo", "echo");
            String message = assertThrows(MayflyException.Conflict.class, () -> Host.start(TestHost.config(folder)))
                    .safeMessage();
            assertTrue(message.contains(folder.toString()), message);
            assertTrue(message.contains("process " + ProcessHandle.current().pid()), message);
            assertTrue(message.contains("stop it, or choose another data folder"), message);
            expectEcho(host, "echo");
        }
        start().close();
    }

    // ---- damage

    enum Damage {
        FLIPPED_BYTE,
        TRUNCATED,
        EMPTY,
        LONGER;

        byte[] done(byte[] bytes) {
            return switch (this) {
                case FLIPPED_BYTE -> {
                    bytes[bytes.length / 2] ^= 1;
                    yield bytes;
                }
                case TRUNCATED -> Arrays.copyOf(bytes, bytes.length - 1);
                case EMPTY -> new byte[0];
                case LONGER -> Arrays.copyOf(bytes, bytes.length + 1);
            };
        }
    }

    private void damage(Path file, Damage damage) throws IOException {
        Files.write(file, damage.done(Files.readAllBytes(file)));
    }

    /** The file with a component's artifact. */
    private Path artifactFile(Digest component) throws IOException {
        try (Stream<Path> paths = Files.walk(folder.resolve("store/artifacts"))) {
            return paths.filter(path -> path.endsWith(component.hex()))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aDamagedArtifactIsCompiledAgain(Damage damage) throws Exception {
        Digest echo = Digest.of(Guests.bytes("echo"));
        try (TestHost host = start()) {
            host.deploy("echo", "echo");
            host.deploy("hello", "hello");
        }
        damage(artifactFile(echo), damage);
        try (TestHost host = start()) {
            expectEcho(host, "echo");
            host.get("/f/hello").expect(200);
            assertEquals(1, host.metric("mayfly_tables_recompilations_total"));
        }
        try (TestHost host = start()) {
            expectEcho(host, "echo");
            assertEquals(0, host.metric("mayfly_tables_recompilations_total"), "it was stored");
        }
    }

    @Test
    void anotherFunctionsArtifactIsNeverTakenForTheFunctions() throws Exception {
        Digest echo = Digest.of(Guests.bytes("echo"));
        Digest hello = Digest.of(Guests.bytes("hello"));
        try (TestHost host = start()) {
            host.deploy("echo", "echo");
            host.deploy("hello", "hello");
        }
        Files.write(artifactFile(echo), Files.readAllBytes(artifactFile(hello)));
        try (TestHost host = start()) {
            expectEcho(host, "echo");
            assertEquals(1, host.metric("mayfly_tables_recompilations_total"));
        }
    }

    @Test
    void aHostStartsThoughEveryArtifactIsDamaged() throws Exception {
        try (TestHost host = start()) {
            host.deploy("echo", "echo");
        }
        int damaged = 0;
        try (Stream<Path> paths = Files.walk(folder.resolve("store/artifacts"))) {
            for (Path file : paths.filter(Files::isRegularFile).toList()) {
                damage(file, Damage.FLIPPED_BYTE);
                damaged++;
            }
        }
        assertEquals(2, damaged, "the function's and the canary's");
        try (TestHost host = start()) {
            expectEcho(host, "echo");
        }
    }

    @Test
    void aFunctionWhoseComponentAndArtifactAreDamagedFailsAloneUntilItIsDeployedAgain() throws Exception {
        Digest echo = Digest.of(Guests.bytes("echo"));
        Path component = folder.resolve("store/components").resolve(echo.hex());
        try (TestHost host = start()) {
            host.deploy("echo", "echo");
            host.deploy("hello", "hello");
        }
        damage(component, Damage.FLIPPED_BYTE);
        try (TestHost host = start()) {
            // The artifact is enough.
            expectEcho(host, "echo");
        }
        damage(artifactFile(echo), Damage.FLIPPED_BYTE);
        try (TestHost host = start()) {
            host.post("/f/echo", HELLO).problem(500, "host-failed");
            host.get("/f/hello").expect(200);
            host.deploy("echo", "echo");
            expectEcho(host, "echo");
        }
    }

    // ---- disk

    private Set<String> stored() throws IOException {
        Path store = folder.resolve("store");
        try (Stream<Path> paths = Files.walk(store)) {
            Set<String> names = new TreeSet<>();
            paths.forEach(path -> names.add(store.relativize(path).toString()));
            return names;
        }
    }

    @Test
    void refusedUploadsLeaveNoFiles() throws Exception {
        try (TestHost host = TestHost.start(folder, LIMITS.withComponentBytesMax(64 << 10))) {
            host.deploy("echo", "echo");
            Set<String> before = stored();
            for (String guest : new String[] {"bad/text", "bad/truncated", "bad/no-abi", "bad/unknown-imports"}) {
                host.upload("refused", Guests.bytes(guest)).expect(422);
                host.upload("echo", Guests.bytes(guest)).expect(422);
            }
            byte[] tooLarge = new byte[(64 << 10) + 1];
            host.upload("refused", tooLarge).problem(413, "component-too-large");
            host.send(host.request("/v1/functions/refused")
                            .PUT(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(tooLarge))))
                    .problem(413, "component-too-large");
            assertEquals(before, stored());
            // A client that goes away in the middle.
            try (Socket socket = host.connectAdmin()) {
                Raw.write(
                        socket,
                        "PUT /v1/functions/refused HTTP/1.1\r\nHost: localhost\r\n" + host.authorization()
                                + "Content-Length: 5000\r\n\r\n\0asm");
                Waiting.until("the upload has begun", () -> !stored().equals(before));
            }
            Waiting.until("its file is gone", () -> stored().equals(before));
            expectEcho(host, "echo");
        }
    }

    @Test
    void aRemovedVersionAndARemovedFunctionLeaveNoFiles() throws Exception {
        Set<String> none;
        try (TestHost host = start()) {
            none = stored();
            host.deploy("changing", "hello");
            host.deploy("changing", "echo");
            String hello = Digest.of(Guests.bytes("hello")).hex();
            assertTrue(stored().stream().anyMatch(path -> path.contains(hello)), "kept to go back to");
            host.delete("/v1/functions/changing/versions/1").expect(204);
            assertTrue(stored().stream().noneMatch(path -> path.contains(hello)), () -> "left: " + hello);
            host.delete("/v1/functions/changing").expect(204);
            assertEquals(none, stored());
        }
        try (Stream<Path> left = Files.list(folder)) {
            assertEquals(
                    Set.of(
                            "lock",
                            "catalog.sqlite",
                            "events.sqlite",
                            "store",
                            "snapshots",
                            "code-packs",
                            "admin.key",
                            "audit.log"),
                    new TreeSet<>(
                            left.map(path -> folder.relativize(path).toString()).toList()));
        }
    }
}
