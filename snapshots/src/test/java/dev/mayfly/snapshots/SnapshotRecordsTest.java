package dev.mayfly.snapshots;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mayfly.linkercache.Digest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a warm-up came to is found again as it was, or not at all. */
final class SnapshotRecordsTest {
    private static final Digest VERSION = Digest.of("version");

    @TempDir
    private Path folder;

    private SnapshotRecords records() {
        return SnapshotRecords.open(folder, "an engine");
    }

    @Test
    void aRecordIsFoundAgainWhateverItsReportIsWrittenIn() {
        Uniqueness uniqueness = new Uniqueness(
                Uniqueness.Verdict.REVIEW,
                List.of(
                        "9 pages follow the clock: memory 0x0-0xfff, …",
                        "warm-up request 1 reads the clock, in Größe < 時計"));
        SnapshotRecord record =
                SnapshotRecord.of(Digest.of("image"), 10, Instant.ofEpochSecond(1_800_000_000), 20, uniqueness);
        records().put(VERSION, record);
        assertEquals(Map.of(VERSION, record), records().all());
    }

    @Test
    void aByteThatChangedAnywhereMakesItNone() throws Exception {
        SnapshotRecord record = SnapshotRecord.refused(Instant.EPOCH, 1, List.of("Größe ist …"));
        records().put(VERSION, record);
        Path file = folder.resolve(VERSION.hex());
        byte[] bytes = Files.readAllBytes(file);
        for (int at = 0; at < bytes.length; at++) {
            byte[] damaged = bytes.clone();
            damaged[at] ^= (byte) 0x81;
            Files.write(file, damaged);
            assertEquals(Map.of(), records().all(), "byte " + at);
        }
    }

    @Test
    void anotherEnginesRecordIsNone() {
        records().put(VERSION, SnapshotRecord.inactive(Instant.EPOCH));
        assertEquals(Map.of(), SnapshotRecords.open(folder, "another engine").all());
    }
}
