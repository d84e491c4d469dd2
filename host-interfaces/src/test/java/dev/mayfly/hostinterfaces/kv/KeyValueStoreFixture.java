package dev.mayfly.hostinterfaces.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.mayfly.hostinterfaces.Deadline;
import dev.mayfly.hostinterfaces.HostError;
import dev.mayfly.hostinterfaces.kv.KeyValueStore.End;
import dev.mayfly.hostinterfaces.kv.KeyValueStore.Page;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.function.Executable;

/** A store under test, and words to speak of it. */
abstract class KeyValueStoreFixture {
    private static final KeyValueLimits SMALL = new KeyValueLimits(8, 16, 4, 3, 32);

    /** Long enough that a slow machine sees the key before it goes, short enough to wait for. */
    static final Duration SHORT = Duration.ofMillis(300);

    /** Never reached. */
    static final Duration LONG = Duration.ofMinutes(10);

    private final List<KeyValueStore> opened = new ArrayList<>();
    KeyValueStore store;

    /** An empty store. */
    abstract KeyValueStore open(KeyValueLimits limits) throws Exception;

    @BeforeEach
    void openStore() throws Exception {
        store = open(KeyValueLimits.defaults());
        opened.add(store);
    }

    @AfterEach
    void closeStores() {
        opened.forEach(KeyValueStore::close);
    }

    KeyValueStore small() throws Exception {
        KeyValueStore small = open(SMALL);
        opened.add(small);
        return small;
    }

    static Deadline soon() {
        return Deadline.in(Duration.ofSeconds(20));
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static @Nullable String text(byte @Nullable [] value) {
        return value == null ? null : new String(value, StandardCharsets.UTF_8);
    }

    static List<@Nullable String> texts(List<byte @Nullable []> values) {
        List<@Nullable String> texts = new ArrayList<>();
        values.forEach(value -> texts.add(text(value)));
        return texts;
    }

    @Nullable
    String get(String key) {
        return text(store.get(key, soon()));
    }

    void set(String key, String value) {
        store.set(key, bytes(value), null, soon());
    }

    long push(String key, End end, String... values) {
        return store.listPush(
                key, end, Arrays.stream(values).map(KeyValueStoreFixture::bytes).toList(), null, soon());
    }

    List<@Nullable String> range(String key, long from, long to) {
        return texts(new ArrayList<>(store.listRange(key, from, to, soon())));
    }

    List<@Nullable String> list(String key) {
        return range(key, 0, -1);
    }

    static HostError assertFails(HostError.Kind kind, Executable operation) {
        HostError error = assertThrows(HostError.class, operation);
        assertEquals(kind, error.kind(), error.getMessage());
        return error;
    }

    static void assertExceeds(String limit, Executable operation) {
        assertEquals(
                limit, assertFails(HostError.Kind.LIMIT_EXCEEDED, operation).getMessage());
    }

    static <T> List<T> onThreads(int threads, Callable<T> task) throws Exception {
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<T>> running = executor.invokeAll(Collections.nCopies(threads, task));
            List<T> results = new ArrayList<>();
            for (Future<T> one : running) {
                results.add(one.get());
            }
            return results;
        }
    }

    List<String> allKeys(String prefix, int count) {
        List<String> keys = new ArrayList<>();
        String cursor = null;
        do {
            Page page = store.keys(prefix, cursor, count, soon());
            keys.addAll(page.keys());
            cursor = page.cursor();
        } while (cursor != null);
        return keys;
    }
}
