package dev.mayfly.host;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mayfly.host.testing.Guests;
import dev.mayfly.host.testing.Waiting;
import dev.mayfly.snapshots.SnapshotRecord;
import dev.mayfly.snapshots.Warmup;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What calls write everywhere is in no other call's image. {@code bench warmup --images 1000000} does the same for longer. */
@Timeout(180)
final class WarmupImageTest {
    private static final int THREAD_COUNT = 4;
    private static final int CALL_COUNT = 20_000;

    @TempDir
    private Path folder;

    @Test
    void twentyThousandRestoredCallsThatWriteEverywhereStartFromTheSameImageByteForByte() throws Exception {
        try (Mayfly mayfly = Mayfly.builder().dataFolder(folder).build()) {
            mayfly.deploy(
                    "image",
                    new ByteArrayInputStream(Guests.bytes("image")),
                    Mayfly.Settings.NONE.withWarmup(Warmup.DEFAULT));
            Waiting.until("there is a snapshot", () -> {
                SnapshotRecord record = mayfly.snapshot("image");
                return record != null && record.image() != null;
            });
            String first = hash(mayfly);
            try (ExecutorService threads = Executors.newFixedThreadPool(THREAD_COUNT)) {
                List<Future<?>> runs = new ArrayList<>();
                for (int thread = 0; thread < THREAD_COUNT; thread++) {
                    runs.add(threads.submit(() -> {
                        for (int call = 0; call < CALL_COUNT / THREAD_COUNT; call++) {
                            assertEquals(first, hash(mayfly));
                        }
                    }));
                }
                for (Future<?> run : runs) {
                    run.get();
                }
            }
        }
    }

    private static String hash(Mayfly mayfly) {
        return mayfly.invoke("image", Request.get("/")).text();
    }
}
