package dev.mayfly.hostinterfaces.kv;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.engine.MayflyException;
import dev.mayfly.hostinterfaces.Deadline;
import dev.mayfly.hostinterfaces.HostError;
import dev.mayfly.hostinterfaces.kv.KeyValueStore.End;
import dev.mayfly.hostinterfaces.testing.Waiting;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

final class SqliteStoreTest extends KeyValueStoreContract {
    private static final int BYTES_MAX = 1 << 20;

    @TempDir
    private Path folder;

    private int opened;

    @Override
    KeyValueStore open(KeyValueLimits limits) {
        return SqliteStore.open(SqliteConfig.of(file("store" + opened++)), limits);
    }

    private Path file(String name) {
        return folder.resolve(name);
    }

    private KeyValueStore bounded(Path file) {
        return SqliteStore.open(new SqliteConfig(file, BYTES_MAX, 2), KeyValueLimits.defaults());
    }

    private static KeyValueStore reopened(Path file) {
        return SqliteStore.open(SqliteConfig.of(file), KeyValueLimits.defaults());
    }

    private static long count(Path file, String table) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT count(*) FROM " + table)) {
            return row.getLong(1);
        }
    }

    @Test
    void everythingOutlivesTheHost() {
        Path file = file("lasting");
        try (KeyValueStore store = reopened(file)) {
            store.set("value", bytes("1"), null, soon());
            store.set("brief", bytes("1"), Duration.ofMillis(1), soon());
            store.set("lasting", bytes("2"), Duration.ofHours(1), soon());
            store.increment("counter", 41, null, soon());
            store.listPush("list", End.FRONT, List.of(bytes("b"), bytes("a")), null, soon());
        }
        try (KeyValueStore store = reopened(file)) {
            assertEquals("1", text(store.get("value", soon())));
            assertEquals("2", text(store.get("lasting", soon())));
            assertEquals(42, store.increment("counter", 1, null, soon()));
            assertEquals(3, store.listPush("list", End.BACK, List.of(bytes("c")), null, soon()));
            assertEquals("a", text(store.listPop("list", End.FRONT, soon())));
            assertEquals("c", text(store.listPop("list", End.BACK, soon())));
        }
        try (KeyValueStore store = reopened(file)) {
            assertFalse(store.exists("brief", soon()));
        }
    }

    /** A copy of the files of a running store is what a killed host leaves. */
    @Test
    void whatWasAcknowledgedOutlivesAKilledHost() throws Exception {
        Path file = file("running");
        try (KeyValueStore store = reopened(file)) {
            for (int i = 0; i < 100; i++) {
                store.set("k" + i, bytes("v" + i), null, soon());
            }
            Files.copy(file, file("copy"));
            Files.copy(file("running-wal"), file("copy-wal"));
        }
        try (KeyValueStore store = reopened(file("copy"))) {
            for (int i = 0; i < 100; i++) {
                assertEquals("v" + i, text(store.get("k" + i, soon())));
            }
        }
    }

    @Test
    void theStoreHasALimitedSize() throws Exception {
        Path file = file("bounded");
        try (KeyValueStore store = bounded(file)) {
            HostError error = null;
            int stored = 0;
            while (error == null && stored < 1_000) {
                String key = "k" + stored;
                try {
                    store.set(key, new byte[10_000], null, soon());
                    stored++;
                } catch (HostError e) {
                    error = e;
                }
            }
            assertTrue(error != null, "10 MB stored where 1 MiB may be");
            assertEquals(HostError.Kind.LIMIT_EXCEEDED, error.kind());
            assertEquals("store-bytes=" + BYTES_MAX, error.getMessage());
            assertTrue(stored > 70, stored + " values of 10,000 bytes");
            assertFails(
                    HostError.Kind.LIMIT_EXCEEDED,
                    () -> store.listPush("list", End.BACK, List.of(new byte[10_000]), null, soon()));
            assertFalse(store.exists("list", soon()));
            // What is there can still be read and deleted, and what was deleted makes room.
            assertArrayEquals(new byte[10_000], store.get("k0", soon()));
            assertTrue(store.delete("k0", soon()));
            assertTrue(store.delete("k1", soon()));
            store.set("again", new byte[10_000], null, soon());
        }
        assertTrue(Files.size(file) < BYTES_MAX + 100_000, "the file has " + Files.size(file) + " bytes");
    }

    @Test
    void whatHasExpiredMakesRoom() throws Exception {
        try (KeyValueStore store = bounded(file("full"))) {
            int stored = 0;
            while (stored < 300 && isSet(store, "k" + stored, Duration.ofMillis(500))) {
                stored++;
            }
            Waiting.until("there is room", () -> isSet(store, "again", null));
        }
    }

    private static boolean isSet(KeyValueStore store, String key, @Nullable Duration timeToLive) {
        try {
            store.set(key, new byte[10_000], timeToLive, soon());
            return true;
        } catch (HostError e) {
            assertEquals(HostError.Kind.LIMIT_EXCEEDED, e.kind());
            return false;
        }
    }

    @Test
    void whatHasExpiredIsRemovedInTheBackground() throws Exception {
        Path file = file("purged");
        try (KeyValueStore store = reopened(file)) {
            for (int i = 0; i < 1_000; i++) {
                store.listPush("k" + i, End.BACK, List.of(bytes("1"), bytes("2")), Duration.ofMillis(1), soon());
            }
            store.set("stays", bytes("1"), null, soon());
            Waiting.until(
                    "one entry is left, and no list",
                    () -> count(file, "entry") == 1 && count(file, "list_value") == 0);
        }
    }

    @Test
    void aChangeThatFailsTakesNoOtherWithIt() throws Exception {
        try (KeyValueStore store = reopened(file("mixed"))) {
            store.listPush("list", End.BACK, List.of(bytes("1")), null, soon());
            Thread failing = Thread.startVirtualThread(() -> {
                for (int i = 0; i < 200; i++) {
                    assertFails(HostError.Kind.CONFLICT, () -> store.increment("list", 1, null, soon()));
                }
            });
            for (int i = 0; i < 200; i++) {
                assertEquals(i + 1, store.increment("counter", 1, null, soon()));
            }
            failing.join();
        }
    }

    /** An operator's tool that holds the file's write lock. */
    @Test
    void whoWaitsForTheDiskWaitsNoLongerThanHeMay() throws Exception {
        Path file = file("locked");
        try (KeyValueStore store = reopened(file)) {
            store.set("a", bytes("1"), null, soon());
            try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + file);
                    Statement statement = other.createStatement()) {
                statement.execute("BEGIN IMMEDIATE");
                assertFails(
                        HostError.Kind.TIMEOUT,
                        () -> store.set("a", bytes("2"), null, Deadline.in(Duration.ofMillis(50))));
                assertEquals("1", text(store.get("a", soon())));
                statement.execute("ROLLBACK");
            }
            store.set("a", bytes("3"), null, soon());
            assertEquals("3", text(store.get("a", soon())));
        }
    }

    @Test
    void onlySoManyWaitForTheDisk() throws Exception {
        Path file = file("crowded");
        try (KeyValueStore store = reopened(file);
                Connection other = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = other.createStatement()) {
            statement.execute("BEGIN IMMEDIATE");
            Set<HostError.Kind> errors = new ConcurrentSkipListSet<>();
            try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int i = 0; i < 2 * SqliteWriter.WAITING_MAX; i++) {
                    executor.execute(() -> {
                        Executable set = () -> store.set("a", bytes("1"), null, Deadline.in(Duration.ofSeconds(1)));
                        errors.add(assertThrows(HostError.class, set).kind());
                    });
                }
            }
            assertEquals(Set.of(HostError.Kind.TIMEOUT, HostError.Kind.UNAVAILABLE), errors);
            statement.execute("ROLLBACK");
            Waiting.until("those who gave up have left the queue", () -> {
                try {
                    store.set("a", bytes("2"), null, soon());
                    return true;
                } catch (HostError e) {
                    return false;
                }
            });
        }
    }

    @Test
    void aFileThatIsNoDatabaseIsRefused() throws Exception {
        Files.writeString(file("text"), "this is no database, and long enough to be sure of it".repeat(100));
        assertThrows(MayflyException.Internal.class, () -> reopened(file("text")));
    }

    @Test
    void settingsArePositive() {
        assertThrows(MayflyException.Invalid.class, () -> new SqliteConfig(file("x"), 0, 1));
        assertThrows(MayflyException.Invalid.class, () -> new SqliteConfig(file("x"), 1, 0));
    }
}
