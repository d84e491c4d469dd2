package dev.mayfly.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mayfly.host.testing.Answer;
import dev.mayfly.host.testing.SetClock;
import dev.mayfly.host.testing.TestHost;
import dev.mayfly.host.testing.Waiting;
import dev.mayfly.linkercache.Digest;
import dev.mayfly.snapshots.SnapshotRecord;
import dev.mayfly.snapshots.SnapshotRecords;
import dev.mayfly.snapshots.Uniqueness;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever happens around a build, the function is served, and what is left is whole or not there. */
@Timeout(180)
final class WarmupBadDaysTest {
    private static final String WARMUP = "'requests':[{'path':'/look'},{'path':'/counted'}]";

    private final SetClock clock = new SetClock();

    @TempDir
    private Path folder;

    private TestHost start(Path data) {
        return TestHost.of(Host.start(TestHost.config(data), clock, step -> {}), data);
    }

    private static void deploy(TestHost host, String name, String warmup) throws Exception {
        host.deploy(name, "warm", "{'warmup':{" + warmup + "}}");
    }

    private static String start(TestHost host) throws Exception {
        return host.get("/f/tables/plain").expect(200).header("mayfly-start");
    }

    private static List<Path> files(Path below) throws IOException {
        try (Stream<Path> walk = Files.walk(below)) {
            return walk.filter(Files::isRegularFile).toList();
        }
    }

    @Test
    void aRecordOfAnotherEngineOrProcessorIsNoneAndTheSnapshotIsBuiltAgain() throws Exception {
        JsonNode before;
        try (TestHost host = start(folder)) {
            deploy(host, "tables", WARMUP);
            before = host.awaitWarmup("tables", "warmed");
        }
        Path records = folder.resolve("snapshots");
        Digest version = new Digest(String.valueOf(files(records).getFirst().getFileName()));
        SnapshotRecords.open(records, "another-engine-or-processor")
                .put(
                        version,
                        SnapshotRecord.of(
                                new Digest(before.path("image").asText()),
                                before.path("imageBytes").asLong(),
                                Instant.now(),
                                1,
                                new Uniqueness(Uniqueness.Verdict.UNIQUE, List.of())));
        try (TestHost host = start(folder)) {
            assertEquals("cold", start(host));
            host.awaitWarmup("tables", "warmed");
            assertEquals("warmed", start(host));
            assertNotEquals(
                    before.path("endedAt").asText(),
                    host.warmup("tables").path("endedAt").asText());
        }
    }

    @Test
    void aFullDiskCostsTheSnapshotUntilThereIsSpaceAgain() throws Exception {
        Path small = Files.createDirectory(folder.resolve("small"));
        assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "size=128m", "tmpfs", small.toString()) == 0,
                "a small file system can't be mounted here: only root may");
        try (TestHost host = start(small)) {
            Path filler = small.resolve("filler");
            try (RandomAccessFile file = new RandomAccessFile(filler.toFile(), "rw")) {
                byte[] mebibyte = new byte[1 << 20];
                // Enough for the function, too little for its image.
                while (Files.getFileStore(small).getUsableSpace() > 8 << 20) {
                    file.write(mebibyte);
                }
            }
            deploy(host, "tables", WARMUP);
            JsonNode failed = host.awaitWarmup("tables", "failed");
            assertTrue(failed.path("failure").asText().matches("(?s).*(space|disk|full).*"), failed::toString);
            assertEquals("cold", start(host));
            Files.delete(filler);
            clock.advance(Duration.ofMinutes(2));
            host.awaitWarmup("tables", "warmed");
            assertEquals("warmed", start(host));
            assertTrue(
                    files(small.resolve("snapshots")).stream()
                            .noneMatch(file -> file.toString().contains("build-")),
                    "what builds worked with is gone");
        } finally {
            run("umount", small.toString());
        }
    }

    @Test
    void snapshotsPastTheirBytesGoTheLeastRecentlyUsedFirstUntilTheyAreInvoked() throws Exception {
        Limits limits = Limits.defaults().withSnapshotBytesMax(15 << 20);
        try (TestHost host =
                TestHost.of(Host.start(TestHost.config(folder).withLimits(limits), clock, step -> {}), folder)) {
            deploy(host, "tables", WARMUP);
            host.awaitWarmup("tables", "warmed");
            clock.advance(Duration.ofMinutes(1));
            deploy(host, "other", "'max-age-s':3600," + WARMUP);
            host.awaitWarmup("other", "warmed");
            host.awaitWarmup("tables", "inactive");
            clock.advance(Duration.ofMinutes(1));
            assertEquals("cold", start(host));
            host.awaitWarmup("tables", "warmed");
            host.awaitWarmup("other", "inactive");
        }
    }

    @Test
    void aSnapshotThatIsLargerThanAllMayBeIsRefused() throws Exception {
        Limits limits = Limits.defaults().withSnapshotBytesMax(1 << 20);
        try (TestHost host =
                TestHost.of(Host.start(TestHost.config(folder).withLimits(limits), clock, step -> {}), folder)) {
            deploy(host, "tables", WARMUP);
            JsonNode refused = host.awaitWarmup("tables", "refused");
            assertTrue(refused.path("causes").toString().contains("(limit snapshot-bytes-max)"), refused::toString);
            assertEquals("cold", start(host));
        }
    }

    @Test
    void aBuildThatTakesLongerThanItsSnapshotMayAgeIsNotBegunAnewAtOnce() throws Exception {
        try (TestHost host = start(folder)) {
            deploy(host, "tables", "'max-age-s':60," + WARMUP);
            Waiting.until(
                    "it is being built",
                    () -> !host.warmup("tables").path("state").asText().equals("waiting"));
            clock.advance(Duration.ofMinutes(5));
            String ended = host.awaitWarmup("tables", "warmed").path("endedAt").asText();
            // Once this is built, somebody has looked at what is due.
            deploy(host, "other", "'requests':[{'path':'/plain'}]");
            host.awaitWarmup("other", "warmed");
            assertEquals("warmed", start(host));
            assertEquals(ended, host.warmup("tables").path("endedAt").asText());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {3, -3})
    void aClockThatJumpsAcrossTheAgeHasItBuiltAgainAndServesMeanwhile(int hours) throws Exception {
        try (TestHost host = start(folder)) {
            deploy(host, "tables", "'max-age-s':3600," + WARMUP);
            String ended = host.awaitWarmup("tables", "warmed").path("endedAt").asText();
            clock.advance(Duration.ofHours(hours));
            Waiting.until("it is built again", () -> {
                assertEquals("warmed", start(host));
                return !host.warmup("tables").path("endedAt").asText().equals(ended);
            });
        }
    }

    @Test
    void whoeverAsksForABuildThatIsUnderWayGetsThatOne() throws Exception {
        try (TestHost host = start(folder);
                ExecutorService askers = Executors.newVirtualThreadPerTaskExecutor()) {
            deploy(host, "tables", "'when':'command'," + WARMUP);
            List<Future<Answer>> asked = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                asked.add(askers.submit(() -> host.post("/v1/functions/tables/warmup", new byte[0])));
            }
            for (Future<Answer> answer : asked) {
                answer.get().expect(202);
            }
            host.awaitWarmup("tables", "warmed");
            assertEquals("3", host.get("/f/tables/counted").expect(200).text());
            Waiting.until(
                    "nothing is left of builds",
                    () -> files(folder.resolve("store/components")).size() == 3);
        }
    }

    @Test
    void purgingAndDeployingAgainWhileItIsBuiltEndsWithOneSnapshotOfTheLast() throws Exception {
        try (TestHost host = start(folder)) {
            for (int round = 0; round < 4; round++) {
                deploy(host, "tables", "'max-age-s':" + (3600 + round) + "," + WARMUP);
                Waiting.until(
                        "its turn has come",
                        () -> !host.warmup("tables").path("state").asText().equals("waiting"));
                host.delete("/v1/functions/tables/warmup").expect(204);
            }
            host.awaitWarmup("tables", "warmed");
            assertEquals("3", host.get("/f/tables/counted").expect(200).text());
        }
    }

    private static int run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }
}
