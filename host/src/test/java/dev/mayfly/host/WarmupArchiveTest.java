package dev.mayfly.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mayfly.engine.MayflyException;
import dev.mayfly.host.testing.Damage;
import dev.mayfly.host.testing.Guests;
import dev.mayfly.host.testing.HostProcess;
import dev.mayfly.host.testing.SetClock;
import dev.mayfly.host.testing.TestHost;
import dev.mayfly.host.testing.Waiting;
import dev.mayfly.hostinterfaces.testing.S3Server;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Snapshots in a store that hosts share: who has it builds less, and nobody is ever worse off. */
@Timeout(180)
final class WarmupArchiveTest {
    private static final String WARMUP =
            "'warmup':{'max-age-s':3600,'requests':[{'path':'/look'},{'path':'/counted'}]}";

    private final SetClock clock = new SetClock();

    @TempDir
    private Path folder;

    private Path archive;
    private String binding;

    @BeforeEach
    void makeArchive() throws IOException {
        archive = Files.createDirectory(folder.resolve("archive"));
        binding = "snapshots: {kind: blob, provider: folder, folder: '" + archive + "'}";
    }

    private TestHost start(String name) throws IOException {
        return start(name, Limits.defaults());
    }

    private Path data(String name) throws IOException {
        Path data = Files.createDirectories(folder.resolve(name));
        Files.writeString(data.resolve("mayfly.yaml"), "bindings:\n  " + binding + "\n");
        return data;
    }

    private TestHost start(String name, Limits limits) throws IOException {
        Path data = data(name);
        HostConfig config = TestHost.config(data).withLimits(limits).withSnapshotStore("snapshots");
        return TestHost.of(Host.start(config, clock, step -> {}), data);
    }

    private static void deploy(TestHost host, String name) throws Exception {
        host.deploy(name, "warm", "{" + WARMUP + "}");
    }

    private static String start(TestHost host, String name) throws Exception {
        return host.get("/f/" + name + "/counted").expect(200).header("mayfly-start");
    }

    private List<Path> archived() {
        try (Stream<Path> walk = Files.walk(archive)) {
            return walk.filter(file -> file.toString().endsWith(".blob")).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A host builds a snapshot and archives it. */
    private JsonNode build() throws Exception {
        try (TestHost host = start("one")) {
            deploy(host, "tables");
            JsonNode built = host.awaitWarmup("tables", "warmed");
            Waiting.until("it is archived", () -> archived().size() == 1);
            return built;
        }
    }

    private static void assertRestored(JsonNode built, TestHost host) throws Exception {
        assertEquals(built, host.awaitWarmup("tables", "warmed"), "not one of its own, but what was built");
        assertEquals("warmed", start(host, "tables"));
        assertEquals("3", host.get("/f/tables/counted").text());
    }

    @Test
    void anotherHostStartsFromWhatWasBuilt() throws Exception {
        JsonNode built = build();
        clock.advance(Duration.ofMinutes(1));
        try (TestHost host = start("other")) {
            deploy(host, "tables");
            assertRestored(built, host);
        }
    }

    @Test
    void whatWasNotArchivedIsWhenTheHostStartsAgain() throws Exception {
        try (TestHost host = TestHost.start(folder.resolve("one"), Limits.defaults())) {
            deploy(host, "tables");
            host.awaitWarmup("tables", "warmed");
        }
        try (TestHost host = start("one")) {
            assertEquals("warmed", start(host, "tables"));
            Waiting.until("it is archived", () -> archived().size() == 1);
        }
    }

    @Test
    void aHostThatIsKilledWhileItArchivesLeavesAWholeSnapshotOrNone() throws Exception {
        build();
        Path temporary = Files.createDirectory(folder.resolve("tmp"));
        for (int round = 0; round < 3; round++) {
            for (Path blob : archived()) {
                Files.delete(blob);
            }
            try (HostProcess process = HostProcess.archiving(temporary, "snapshots", data("one"))) {
                Waiting.until("it archives", this::isArchiving);
                process.kill();
            }
            try (TestHost host = start("other" + round)) {
                deploy(host, "tables");
                host.awaitWarmup("tables", "warmed");
                assertEquals("3", host.get("/f/tables/counted").text());
                Waiting.until(
                        "it is archived", () -> archived().size() == 1 && !isArchiving(archive.resolve("temporary")));
            }
        }
    }

    private boolean isArchiving() throws IOException {
        return !archived().isEmpty() || isArchiving(archive.resolve("temporary"));
    }

    private static boolean isArchiving(Path temporary) throws IOException {
        try (Stream<Path> files = Files.list(temporary)) {
            return files.findAny().isPresent();
        }
    }

    @Test
    void overS3Too() throws Exception {
        try (S3Server server = S3Server.start()) {
            String bucket = server.newBucket();
            binding = "snapshots: {kind: blob, provider: s3, endpoint: '" + server.endpoint() + "', bucket: " + bucket
                    + ", access-key: " + S3Server.ACCESS_KEY + ", secret-key: " + S3Server.SECRET_KEY + "}";
            JsonNode built;
            try (TestHost host = start("one")) {
                deploy(host, "tables");
                built = host.awaitWarmup("tables", "warmed");
                Waiting.until("it is archived", () -> server.blobsAndUploads(bucket) == 1);
            }
            clock.advance(Duration.ofMinutes(1));
            try (TestHost host = start("other")) {
                deploy(host, "tables");
                assertRestored(built, host);
                host.delete("/v1/functions/tables").expect(204);
                Waiting.until("it goes with its version", () -> server.blobsAndUploads(bucket) == 0);
            }
        }
    }

    @Test
    void aHostThatLetGoOfASnapshotForItsBytesGetsItBack() throws Exception {
        try (TestHost host = start("one", Limits.defaults().withSnapshotBytesMax(15 << 20))) {
            deploy(host, "tables");
            JsonNode built = host.awaitWarmup("tables", "warmed");
            Waiting.until("it is archived", () -> archived().size() == 1);
            clock.advance(Duration.ofMinutes(1));
            host.deploy("other", "warm", "{'config':{'a':'b'}," + WARMUP + "}");
            host.awaitWarmup("tables", "inactive");
            clock.advance(Duration.ofMinutes(1));
            assertEquals("cold", start(host, "tables"));
            assertRestored(built, host);
        }
    }

    @Test
    void aHostWhoseOwnImageIsDamagedGetsItBack() throws Exception {
        JsonNode built = build();
        try (Stream<Path> walk = Files.walk(folder.resolve("one/store"))) {
            for (Path file : walk.filter(Files::isRegularFile)
                    .filter(file -> file.toString().contains(built.path("image").asText()))
                    .toList()) {
                Damage.to(file, "flipped");
            }
        }
        clock.advance(Duration.ofMinutes(1));
        try (TestHost host = start("one")) {
            assertEquals("cold", start(host, "tables"));
            Waiting.until("it is back", () -> start(host, "tables").equals("warmed"));
            assertRestored(built, host);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"flipped", "truncated", "cut to its head", "empty"})
    void whatIsDamagedInTheStoreIsNeverLoadedAndBuiltAnew(String damage) throws Exception {
        JsonNode built = build();
        Damage.to(archived().getFirst(), damage);
        clock.advance(Duration.ofMinutes(1));
        try (TestHost host = start("other")) {
            deploy(host, "tables");
            JsonNode anew = host.awaitWarmup("tables", "warmed");
            assertNotEquals(built.path("endedAt"), anew.path("endedAt"));
            assertEquals("3", host.get("/f/tables/counted").text());
        }
    }

    @Test
    void aSnapshotOfAnotherVersionUnderItsNameIsNotTaken() throws Exception {
        build();
        Path ofTables = archived().getFirst();
        try (TestHost host = start("other")) {
            host.deploy("tables", "warm", "{'config':{'a':'b'}," + WARMUP + "}");
            host.awaitWarmup("tables", "warmed");
            Waiting.until("it is archived", () -> archived().size() == 2);
        }
        Path ofOther = archived().stream()
                .filter(file -> !file.equals(ofTables))
                .findFirst()
                .orElseThrow();
        Files.copy(ofTables, ofOther, StandardCopyOption.REPLACE_EXISTING);
        clock.advance(Duration.ofMinutes(1));
        Instant now = clock.instant();
        try (TestHost host = start("third")) {
            host.deploy("tables", "warm", "{'config':{'a':'b'}," + WARMUP + "}");
            JsonNode built = host.awaitWarmup("tables", "warmed");
            assertTrue(Instant.parse(built.path("endedAt").asText()).isAfter(now), "it is built here");
        }
    }

    @Test
    void oneThatIsTooOldIsBuiltAnewAndReplaced() throws Exception {
        JsonNode built = build();
        clock.advance(Duration.ofMinutes(55));
        try (TestHost host = start("other")) {
            deploy(host, "tables");
            JsonNode anew = host.awaitWarmup("tables", "warmed");
            assertNotEquals(built.path("endedAt"), anew.path("endedAt"));
            byte[] before = Files.readAllBytes(archived().getFirst());
            Waiting.until(
                    "it is replaced",
                    () -> !Arrays.equals(before, Files.readAllBytes(archived().getFirst())));
        }
    }

    @Test
    void whatIsPurgedIsGoneFromTheStoreAndBuiltAnew() throws Exception {
        JsonNode built = build();
        clock.advance(Duration.ofMinutes(1));
        try (TestHost host = start("one")) {
            host.delete("/v1/functions/tables/warmup").expect(204);
            JsonNode anew = host.awaitWarmup("tables", "warmed");
            assertNotEquals(built.path("endedAt"), anew.path("endedAt"));
        }
    }

    @Test
    void aFunctionThatIsRemovedLeavesNothingInTheStore() throws Exception {
        build();
        try (TestHost host = start("one")) {
            host.delete("/v1/functions/tables").expect(204);
            Waiting.until("it is gone", () -> archived().isEmpty());
        }
    }

    @Test
    void withoutItsStoreAHostBuildsAndOnlyAPurgeFails() throws Exception {
        binding =
                "snapshots: {kind: blob, provider: s3, endpoint: 'http://127.0.0.1:1', bucket: none, access-key: a, secret-key: b}";
        try (TestHost host = start("one")) {
            deploy(host, "tables");
            host.awaitWarmup("tables", "warmed");
            assertEquals("warmed", start(host, "tables"));
            JsonNode problem =
                    host.delete("/v1/functions/tables/warmup").expect(503).json();
            assertTrue(
                    problem.path("detail").asText().contains("the snapshot store can't be used now"),
                    problem::toString);
        }
    }

    @Test
    void noFunctionIsGivenTheStore() throws Exception {
        try (TestHost host = start("one")) {
            JsonNode problem = host.send(host.request(
                                    "/v1/functions/thief?manifest=%7B%22bindings%22%3A%7B%22b%22%3A%22snapshots%22%7D%7D")
                            .PUT(BodyPublishers.ofByteArray(Guests.bytes("warm"))))
                    .json();
            assertTrue(problem.path("type").asText().contains("binding"), problem::toString);
        }
    }

    @Test
    void aStoreThatIsNotDeclaredIsRefused() {
        binding = "snapshots: {kind: kv, provider: memory}";
        String message =
                assertThrows(MayflyException.Invalid.class, () -> start("one")).getMessage();
        assertEquals("snapshot-store=snapshots: mayfly.yaml declares no binding of that name with kind: blob", message);
    }
}
