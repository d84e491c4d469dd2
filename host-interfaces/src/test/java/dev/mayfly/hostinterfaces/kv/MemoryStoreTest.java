package dev.mayfly.hostinterfaces.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.engine.MayflyException;
import dev.mayfly.hostinterfaces.HostError;
import dev.mayfly.hostinterfaces.testing.Waiting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class MemoryStoreTest extends KeyValueStoreContract {
    private static final int BYTES_MAX = 1 << 20;

    @Override
    KeyValueStore open(KeyValueLimits limits) {
        return MemoryStore.open(MemoryConfig.defaults(), limits);
    }

    private static KeyValueStore bounded() {
        return MemoryStore.open(new MemoryConfig(BYTES_MAX), KeyValueLimits.defaults());
    }

    private static List<String> allKeys(KeyValueStore store) {
        List<String> keys = new ArrayList<>();
        String cursor = null;
        do {
            KeyValueStore.Page page = store.keys("", cursor, 1_000, soon());
            keys.addAll(page.keys());
            cursor = page.cursor();
        } while (cursor != null);
        return keys;
    }

    @Test
    void whatIsHeldStaysWithinItsBound() {
        try (KeyValueStore store = bounded()) {
            for (int i = 0; i < 10 * BYTES_MAX / 1_000; i++) {
                store.set("key " + i, new byte[1_000], null, soon());
                if (i % 1_000 == 0) {
                    assertTrue(allKeys(store).size() <= BYTES_MAX / 1_000);
                }
            }
            int held = allKeys(store).size();
            assertTrue(held <= BYTES_MAX / 1_000, held + " values of 1,000 bytes");
            assertTrue(
                    held >= BYTES_MAX / 2_000, held + " values of 1,000 bytes are less than half of what it may hold");
        }
    }

    @Test
    void listsAndKeysCountToo() {
        try (KeyValueStore store = bounded()) {
            for (int i = 0; i < 200; i++) {
                for (int j = 0; j < 100; j++) {
                    store.listPush("list " + i, KeyValueStore.End.BACK, List.of(new byte[500]), null, soon());
                }
            }
            assertTrue(allKeys(store).size() <= BYTES_MAX / 50_000);
            for (int i = 0; i < 100_000; i++) {
                store.increment("a counter with a rather long key: " + i, 1, null, soon());
            }
            assertTrue(allKeys(store).size() <= BYTES_MAX / 300);
        }
    }

    @Test
    void whatCouldNeverBeHeldIsRefused() {
        try (KeyValueStore store = bounded()) {
            HostError error =
                    assertFails(HostError.Kind.LIMIT_EXCEEDED, () -> store.set("a", new byte[BYTES_MAX], null, soon()));
            assertEquals("store-bytes=" + BYTES_MAX, error.getMessage());
            assertFalse(store.exists("a", soon()));
        }
    }

    /** Keys come and go by setting, deleting, expiry and eviction, all at once. */
    @Test
    void whatIsListedIsWhatIsHeld() throws Exception {
        try (KeyValueStore store = bounded();
                ExecutorService executor = Executors.newFixedThreadPool(4)) {
            List<Future<Boolean>> running = new ArrayList<>();
            for (int thread = 0; thread < 4; thread++) {
                Random random = new Random(thread);
                running.add(executor.submit(() -> {
                    for (int i = 0; i < 50_000; i++) {
                        String key = "k" + random.nextInt(5_000);
                        switch (random.nextInt(4)) {
                            case 0 -> store.delete(key, soon());
                            case 1 ->
                                store.set(
                                        key, new byte[500], Duration.ofNanos(1_000L * random.nextInt(1, 500)), soon());
                            default -> store.set(key, new byte[500], null, soon());
                        }
                    }
                    return true;
                }));
            }
            for (Future<Boolean> one : running) {
                assertTrue(one.get());
            }
            assertFalse(allKeys(store).isEmpty());
            // Some may expire between the one look and the other.
            Waiting.until("what is listed is what is held", () -> allKeys(store).equals(heldKeys(store)));
        }
    }

    private static List<String> heldKeys(KeyValueStore store) {
        return IntStream.range(0, 5_000)
                .mapToObj(i -> "k" + i)
                .filter(key -> store.exists(key, soon()))
                .sorted()
                .toList();
    }

    @Test
    void aStoreHoldsSomething() {
        assertThrows(MayflyException.Invalid.class, () -> new MemoryConfig(0));
    }
}
