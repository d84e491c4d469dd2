package dev.mayfly.host.warmup;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.mayfly.snapshots.SnapshotStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What holds for every store of snapshots. */
abstract class SnapshotStoreContract {
    @TempDir
    Path folder;

    /** An empty one. */
    abstract SnapshotStore store() throws Exception;

    private Path file(byte[] bytes) throws Exception {
        return Files.write(folder.resolve("draft"), bytes);
    }

    private static byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        new Random(count).nextBytes(bytes);
        return bytes;
    }

    @Test
    void whatIsPutIsReadInParts() throws Exception {
        SnapshotStore store = store();
        byte[] bytes = bytes(3 << 20);
        store.put("engine/version", file(bytes));
        assertArrayEquals(Arrays.copyOf(bytes, 100), store.read("engine/version", 0, 100));
        assertArrayEquals(Arrays.copyOfRange(bytes, 1 << 20, 2 << 20), store.read("engine/version", 1 << 20, 1 << 20));
    }

    @Test
    void fewerBytesComeAtTheEndAndNoneBehindIt() throws Exception {
        SnapshotStore store = store();
        byte[] bytes = bytes(1000);
        store.put("short", file(bytes));
        assertArrayEquals(bytes, store.read("short", 0, 64 << 10));
        assertArrayEquals(Arrays.copyOfRange(bytes, 990, 1000), store.read("short", 990, 100));
        assertArrayEquals(new byte[0], store.read("short", 1001, 100));
    }

    @Test
    void whatIsNotThereIsNoneAndCanBeRemoved() throws Exception {
        SnapshotStore store = store();
        assertNull(store.read("none", 0, 100));
        store.remove("none");
        assertEquals(Set.of(), store.names(""));
    }

    @Test
    void whatIsPutTakesThePlaceOfWhatWasThere() throws Exception {
        SnapshotStore store = store();
        store.put("name", file(bytes(5000)));
        store.put("name", file(bytes(100)));
        assertArrayEquals(bytes(100), store.read("name", 0, 5000));
    }

    @Test
    void whatIsRemovedIsNotThere() throws Exception {
        SnapshotStore store = store();
        store.put("name", file(bytes(100)));
        store.remove("name");
        assertNull(store.read("name", 0, 100));
        assertEquals(Set.of(), store.names(""));
    }

    @Test
    void namesAreFoundByHowTheyBeginHoweverManyThereAre() throws Exception {
        SnapshotStore store = store();
        Set<String> expected = new HashSet<>();
        Path file = file(bytes(1));
        for (int i = 0; i < 1_005; i++) {
            store.put("one/" + i, file);
            expected.add("one/" + i);
        }
        store.put("other/1", file);
        assertEquals(expected, store.names("one/"));
    }
}
