package dev.mayfly.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mayfly.host.testing.Answer;
import dev.mayfly.host.testing.HostProcess;
import dev.mayfly.host.testing.TestHost;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A host is killed while keys are rotated: who was given a key can use it, and no rotation is half done. */
@Timeout(180)
final class KeyRotationCrashTest {
    private static final int ROUNDS = 8;

    @TempDir
    private Path temporary;

    /** A key that somebody was told of. */
    private record Known(String id, String key) {
        static Known of(Answer answer) {
            JsonNode json = answer.expect(201).json();
            return new Known(json.path("id").asText(), json.path("key").asText());
        }
    }

    @Test
    void aHostThatIsKilledAtAnyTimeLosesNoKeyThatItGaveOut() throws Exception {
        Random random = new Random(5);
        Path folder = Files.createDirectory(temporary.resolve("data"));
        AtomicReference<Known> last = new AtomicReference<>();
        try (HttpClient client = TestHost.client(HttpClient.Version.HTTP_1_1)) {
            for (int round = 0; round < ROUNDS; round++) {
                try (HostProcess child = new HostProcess(temporary, HostProcess.NEVER, List.of(folder))) {
                    String host = child.hosts().getFirst();
                    if (last.get() == null) {
                        last.set(Known.of(post(
                                client, host, folder, "/v1/keys", "{\"label\":\"ci\",\"permissions\":[\"admin\"]}")));
                    }
                    CompletableFuture<Void> rotations = CompletableFuture.runAsync(() -> {
                        // Until the host is gone.
                        while (true) {
                            last.set(Known.of(post(
                                    client,
                                    host,
                                    folder,
                                    "/v1/keys/" + known(last).id() + "/rotate",
                                    "{\"overlapMs\":600000}")));
                        }
                    });
                    assertFalse(child.process().waitFor(50 + random.nextInt(200), TimeUnit.MILLISECONDS), child::said);
                    child.kill();
                    ExecutionException end = assertThrows(ExecutionException.class, rotations::get);
                    assertTrue(end.getCause() instanceof UncheckedIOException, end::toString);
                }
                try (TestHost host = TestHost.start(folder, Limits.defaults())) {
                    // The operator's key is in its file, and the last one that was given out still opens.
                    JsonNode keys = host.get("/v1/keys").expect(200).json().path("keys");
                    Answer answer = host.send(HttpRequest.newBuilder(host.uri("/v1/functions"))
                            .header("Authorization", "Bearer " + known(last).key()));
                    answer.expect(200);
                    int unending = 0;
                    boolean ending = false;
                    for (JsonNode key : keys) {
                        if (key.path("label").asText().equals("ci")) {
                            unending += key.has("endsAt") ? 0 : 1;
                            ending |= key.path("id").asText().equals(known(last).id()) && key.has("endsAt");
                        }
                    }
                    assertEquals(1, unending, "each new key ends the one before, in one step");
                    if (ending) {
                        // A rotation was done that nobody was told of: its key is lost, and replaced.
                        for (JsonNode key : keys) {
                            if (key.path("label").asText().equals("ci") && !key.has("endsAt")) {
                                host.delete("/v1/keys/" + key.path("id").asText())
                                        .expect(204);
                            }
                        }
                        last.set(Known.of(host.post(
                                "/v1/keys",
                                "{\"label\":\"ci\",\"permissions\":[\"admin\"]}".getBytes(StandardCharsets.UTF_8))));
                    }
                }
            }
        }
        for (String line : Files.readAllLines(folder.resolve("audit.log"))) {
            assertTrue(line.isEmpty() || line.startsWith("{"), line);
        }
    }

    private static Known known(AtomicReference<Known> last) {
        return Objects.requireNonNull(last.get());
    }

    private static Answer post(HttpClient client, String host, Path folder, String path, String body) {
        try {
            return new Answer(client.send(
                    HttpRequest.newBuilder(URI.create(host + path))
                            .header("Authorization", "Bearer " + TestHost.key(folder))
                            .POST(BodyPublishers.ofString(body))
                            .build(),
                    BodyHandlers.ofByteArray()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
