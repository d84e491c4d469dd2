package dev.mayfly.hostinterfaces.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.hostinterfaces.Deadline;
import dev.mayfly.hostinterfaces.HostError;
import dev.mayfly.hostinterfaces.kv.KeyValueStore.End;
import dev.mayfly.hostinterfaces.kv.KeyValueStore.Page;
import dev.mayfly.hostinterfaces.testing.Waiting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** What every {@link KeyValueStore} keeps to: with values, with lists, and here in what both have: time to live, listing, limits, deadlines. */
abstract class KeyValueStoreContract extends KeyValueStoreLists {
    @Test
    void anExpiredKeyIsAbsentInEveryRespect() throws Exception {
        store.set("value", bytes("1"), SHORT, soon());
        store.increment("counter", 5, SHORT, soon());
        store.listPush("list", End.BACK, List.of(bytes("x")), SHORT, soon());
        set("other", "1");
        assertTrue(store.exists("value", soon()));
        assertTrue(store.exists("counter", soon()));
        assertTrue(store.exists("list", soon()));
        Waiting.until("they have expired", () -> !store.exists("list", soon()));
        assertNull(get("value"));
        assertEquals(Collections.singletonList(null), texts(store.getMany(List.of("value"), soon())));
        assertFalse(store.delete("value", soon()));
        assertEquals(0, store.deleteMany(List.of("value", "counter", "list"), soon()));
        assertEquals(0, store.listLength("list", soon()));
        assertEquals(List.of(), list("list"));
        assertNull(store.listPop("list", End.BACK, soon()));
        assertEquals(List.of("other"), allKeys("", 10));
    }

    @Test
    void anExpiredKeyMayBecomeAnotherKind() throws Exception {
        store.set("a", bytes("x"), SHORT, soon());
        store.listPush("b", End.BACK, List.of(bytes("1"), bytes("2")), SHORT, soon());
        store.set("c", bytes("x"), SHORT, soon());
        Waiting.until("they have expired", () -> allKeys("", 10).isEmpty());
        assertEquals(1, push("a", End.BACK, "y"));
        set("b", "z");
        assertEquals(3, store.increment("c", 3, null, soon()));
        assertEquals(List.of("y"), list("a"));
        assertEquals("z", get("b"));
        store.delete("b", soon());
        assertEquals(1, push("b", End.BACK, "3"));
        assertEquals(List.of("3"), list("b"));
    }

    @Test
    void comparingAndSettingFindsAnExpiredKeyAbsent() throws Exception {
        store.set("a", bytes("1"), SHORT, soon());
        Waiting.until("it has expired", () -> store.compareAndSet("a", null, bytes("2"), null, soon()));
        assertEquals("2", get("a"));
    }

    @Test
    void settingReplacesTheTimeToLive() throws Exception {
        store.set("shorter", bytes("1"), LONG, soon());
        store.set("longer", bytes("1"), SHORT, soon());
        store.set("forever", bytes("1"), SHORT, soon());
        store.set("swapped", bytes("1"), SHORT, soon());
        store.set("longer", bytes("2"), LONG, soon());
        store.set("forever", bytes("2"), null, soon());
        assertTrue(store.compareAndSet("swapped", bytes("1"), bytes("2"), null, soon()));
        store.set("shorter", bytes("2"), SHORT, soon());
        Waiting.until("it has expired", () -> !store.exists("shorter", soon()));
        assertEquals("2", get("longer"));
        assertEquals("2", get("forever"));
        assertEquals("2", get("swapped"));
    }

    @Test
    void anOlderCounterOrListKeepsItsTimeToLive() throws Exception {
        store.increment("counter", 1, SHORT, soon());
        store.listPush("list", End.BACK, List.of(bytes("1")), SHORT, soon());
        store.increment("endless counter", 1, null, soon());
        push("endless list", End.BACK, "1", "2");
        store.increment("counter", 1, LONG, soon());
        store.increment("counter", 1, null, soon());
        store.listPush("list", End.BACK, List.of(bytes("2"), bytes("3")), LONG, soon());
        store.listPop("list", End.BACK, soon());
        store.increment("endless counter", 1, SHORT, soon());
        store.listPush("endless list", End.BACK, List.of(bytes("3")), SHORT, soon());
        Waiting.until("both have expired", () -> !store.exists("counter", soon()) && !store.exists("list", soon()));
        // What got a short time to live later, and wrongly, would be gone soon as well.
        long untilNs = System.nanoTime() + SHORT.toNanos();
        while (System.nanoTime() - untilNs < 0) {
            assertEquals("2", get("endless counter"));
            assertEquals(3, store.listLength("endless list", soon()));
        }
    }

    @Test
    void anEmptiedListForgetsItsTimeToLive() throws Exception {
        store.listPush("list", End.BACK, List.of(bytes("1")), SHORT, soon());
        store.set("clock", bytes("1"), SHORT, soon());
        store.listPop("list", End.FRONT, soon());
        push("list", End.BACK, "2");
        Waiting.until("the first one's time has passed", () -> !store.exists("clock", soon()));
        assertEquals(List.of("2"), list("list"));
    }

    @Test
    void theShortestTimeToLiveIsTaken() throws Exception {
        store.set("a", bytes("1"), Duration.ofNanos(1), soon());
        store.listPush("b", End.FRONT, List.of(bytes("1")), Duration.ofNanos(1), soon());
        Waiting.until("both are gone", () -> !store.exists("a", soon()) && !store.exists("b", soon()));
    }

    @Test
    void theLongestTimeToLiveIsTaken() {
        store.set("a", bytes("1"), Duration.ofDays(TimeToLive.DAYS_MAX), soon());
        assertEquals("1", get("a"));
        assertExceeds(
                "time-to-live-days=" + TimeToLive.DAYS_MAX,
                () -> store.set(
                        "a", bytes("2"), Duration.ofDays(TimeToLive.DAYS_MAX).plusNanos(1), soon()));
        assertExceeds(
                "time-to-live-days=" + TimeToLive.DAYS_MAX,
                () -> store.increment("n", 1, Duration.ofSeconds(Long.MAX_VALUE), soon()));
    }

    @Test
    void aTimeToLiveIsPositive() {
        for (Duration none : List.of(Duration.ZERO, Duration.ofSeconds(-1))) {
            assertFails(HostError.Kind.INVALID, () -> store.set("a", bytes("1"), none, soon()));
            assertFails(HostError.Kind.INVALID, () -> store.setMany(Map.of("a", bytes("1")), none, soon()));
            assertFails(HostError.Kind.INVALID, () -> store.compareAndSet("a", null, bytes("1"), none, soon()));
            assertFails(HostError.Kind.INVALID, () -> store.increment("a", 1, none, soon()));
            assertFails(HostError.Kind.INVALID, () -> store.listPush("a", End.BACK, List.of(bytes("1")), none, soon()));
        }
        assertFalse(store.exists("a", soon()));
    }

    @Test
    void onlyKeysWithThePrefixAreListed() {
        for (String key : List.of("a", "a:", "a:1", "a:2", "a:\uffff", "a:🔑", "a;", "b", "ab", "A:1")) {
            set(key, "1");
        }
        push("a:list", End.BACK, "x");
        assertEquals(
                new TreeSet<>(Set.of("a:", "a:1", "a:2", "a:\uffff", "a:🔑", "a:list")),
                new TreeSet<>(allKeys("a:", 2)));
        assertEquals(11, new TreeSet<>(allKeys("", 3)).size());
        assertEquals(List.of(), allKeys("c", 10));
    }

    @Test
    void aPrefixIsNoPattern() {
        for (String key : List.of("*1", "x1", "?1", "[x]1", "\\1", "%1", "_1", "[^x]", "\\*1")) {
            set(key, "1");
        }
        assertEquals(List.of("*1"), allKeys("*", 10));
        assertEquals(List.of("?1"), allKeys("?", 10));
        assertEquals(List.of("[x]1"), allKeys("[x]", 10));
        assertEquals(List.of("[^x]"), allKeys("[^", 10));
        assertEquals(List.of("\\*1"), allKeys("\\*", 10));
        assertEquals(List.of("%1"), allKeys("%", 10));
        assertEquals(List.of("_1"), allKeys("_", 10));
    }

    @Test
    void aPageHasAboutAsManyKeysAsWanted() {
        for (int i = 0; i < 200; i++) {
            set("k" + i, "1");
        }
        assertTrue(store.keys("k", null, 10, soon()).keys().size() <= 40);
        assertNotNull(store.keys("k", null, 10, soon()).cursor());
        for (int count : List.of(1, 7, 100, 200, 1_000)) {
            assertEquals(200, new TreeSet<>(allKeys("k", count)).size(), "in pages of " + count);
        }
    }

    @Test
    void keysThatStayAreListedWhateverElseChanges() throws Exception {
        Set<String> staying = new TreeSet<>();
        for (int i = 0; i < 300; i++) {
            staying.add("k" + i);
            set("k" + i, "1");
        }
        AtomicBoolean changing = new AtomicBoolean(true);
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Boolean> changes = executor.submit(() -> {
                for (int i = 0; changing.get(); i++) {
                    String key = "k" + i % 300 + " passing";
                    set(key, "1");
                    store.delete(key, soon());
                }
                return true;
            });
            try {
                for (int round = 0; round < 3; round++) {
                    Set<String> listed = new TreeSet<>(allKeys("k", 10));
                    assertTrue(listed.containsAll(staying), () -> staying.size() + " keys, some not in " + listed);
                }
            } finally {
                changing.set(false);
            }
            assertTrue(changes.get());
        }
    }

    @Test
    void deletingThePageOneHasSeenLosesNoOther() {
        for (int i = 0; i < 100; i++) {
            set("k" + i, "1");
        }
        Set<String> seen = new TreeSet<>();
        String cursor = null;
        do {
            Page page = store.keys("k", cursor, 10, soon());
            seen.addAll(page.keys());
            store.deleteMany(page.keys(), soon());
            cursor = page.cursor();
        } while (cursor != null);
        assertEquals(100, seen.size());
        assertEquals(List.of(), allKeys("k", 10));
    }

    @Test
    void aPageHasAtLeastOneKeyWanted() {
        assertFails(HostError.Kind.INVALID, () -> store.keys("", null, 0, soon()));
        assertFails(HostError.Kind.INVALID, () -> store.keys("", null, -1, soon()));
    }

    @Test
    void aKeyHasALimitedSizeInUtf8() throws Exception {
        KeyValueStore small = small();
        for (String longest : List.of("12345678", "йййй", "鍵鍵12", "🔑🔑")) {
            small.set(longest, bytes("1"), null, soon());
            assertEquals("1", text(small.get(longest, soon())));
            assertExceeds("key-bytes=8", () -> small.get(longest + "1", soon()));
        }
        List<Executable> operations = List.of(
                () -> small.set("123456789", bytes("1"), null, soon()),
                () -> small.delete("123456789", soon()),
                () -> small.exists("123456789", soon()),
                () -> small.getMany(List.of("a", "123456789"), soon()),
                () -> small.setMany(Map.of("123456789", bytes("1")), null, soon()),
                () -> small.deleteMany(List.of("123456789"), soon()),
                () -> small.compareAndSet("123456789", null, bytes("1"), null, soon()),
                () -> small.increment("123456789", 1, null, soon()),
                () -> small.listPush("123456789", End.BACK, List.of(bytes("1")), null, soon()),
                () -> small.listPop("123456789", End.BACK, soon()),
                () -> small.listRange("123456789", 0, 0, soon()),
                () -> small.listLength("123456789", soon()),
                () -> small.keys("123456789", null, 1, soon()));
        for (Executable operation : operations) {
            assertExceeds("key-bytes=8", operation);
        }
    }

    @Test
    void aValueHasALimitedSize() throws Exception {
        KeyValueStore small = small();
        small.set("a", new byte[16], null, soon());
        small.listPush("l", End.BACK, List.of(new byte[16]), null, soon());
        List<Executable> operations = List.of(
                () -> small.set("a", new byte[17], null, soon()),
                () -> small.setMany(Map.of("a", new byte[17]), null, soon()),
                () -> small.compareAndSet("a", null, new byte[17], null, soon()),
                () -> small.compareAndSet("a", new byte[17], new byte[16], null, soon()),
                () -> small.listPush("l", End.BACK, List.of(new byte[17]), null, soon()));
        for (Executable operation : operations) {
            assertExceeds("value-bytes=16", operation);
        }
    }

    @Test
    void aListHasALimitedLength() throws Exception {
        KeyValueStore small = small();
        List<byte[]> two = List.of(bytes("1"), bytes("2"));
        small.listPush("l", End.BACK, two, null, soon());
        assertEquals(4, small.listPush("l", End.FRONT, two, null, soon()));
        for (End end : End.values()) {
            assertExceeds("list-values=4", () -> small.listPush("l", end, List.of(bytes("3")), null, soon()));
        }
        assertEquals(4, small.listLength("l", soon()));
        small.listPop("l", End.BACK, soon());
        assertExceeds("list-values=4", () -> small.listPush("l", End.BACK, two, null, soon()));
        assertEquals(4, small.listPush("l", End.BACK, List.of(bytes("3")), null, soon()));
    }

    @Test
    void oneOperationNamesALimitedNumber() throws Exception {
        KeyValueStore small = small();
        List<String> keys = List.of("1", "2", "3", "4");
        small.getMany(keys.subList(0, 3), soon());
        assertExceeds("batch-count=3", () -> small.getMany(keys, soon()));
        assertExceeds("batch-count=3", () -> small.deleteMany(keys, soon()));
        assertExceeds(
                "batch-count=3",
                () -> small.setMany(
                        Map.of("1", bytes(""), "2", bytes(""), "3", bytes(""), "4", bytes("")), null, soon()));
        assertExceeds(
                "batch-count=3",
                () -> small.listPush(
                        "l",
                        End.BACK,
                        keys.stream().map(KeyValueStoreFixture::bytes).toList(),
                        null,
                        soon()));
        assertExceeds("batch-count=3", () -> small.keys("", null, 4, soon()));
    }

    @Test
    void oneOperationCarriesALimitedNumberOfBytes() throws Exception {
        KeyValueStore small = small();
        byte[] value = new byte[11];
        for (String key : List.of("1", "2", "3")) {
            small.set(key, value, null, soon());
            small.listPush("l", End.BACK, List.of(value), null, soon());
        }
        assertEquals(2, small.getMany(List.of("1", "2"), soon()).size());
        assertEquals(2, small.listRange("l", 0, 1, soon()).size());
        assertExceeds("batch-bytes=32", () -> small.getMany(List.of("1", "2", "3"), soon()));
        assertExceeds("batch-bytes=32", () -> small.listRange("l", 0, -1, soon()));
        assertExceeds("batch-bytes=32", () -> small.setMany(Map.of("1", value, "2", value, "3", value), null, soon()));
        assertExceeds(
                "batch-bytes=32", () -> small.listPush("l", End.BACK, List.of(value, value, value), null, soon()));
    }

    @Test
    void nothingIsBegunPastTheDeadline() {
        set("a", "1");
        Deadline passed = new Deadline(System.nanoTime() - 1);
        List<Executable> operations = List.of(
                () -> store.get("a", passed),
                () -> store.getMany(List.of("a"), passed),
                () -> store.set("a", bytes("2"), null, passed),
                () -> store.setMany(Map.of("a", bytes("2")), null, passed),
                () -> store.delete("a", passed),
                () -> store.deleteMany(List.of("a"), passed),
                () -> store.exists("a", passed),
                () -> store.compareAndSet("a", bytes("1"), bytes("2"), null, passed),
                () -> store.increment("a", 1, null, passed),
                () -> store.listPush("l", End.BACK, List.of(bytes("1")), null, passed),
                () -> store.listPop("l", End.BACK, passed),
                () -> store.listRange("l", 0, -1, passed),
                () -> store.listLength("l", passed),
                () -> store.keys("", null, 10, passed));
        for (Executable operation : operations) {
            assertFails(HostError.Kind.TIMEOUT, operation);
        }
        assertEquals("1", get("a"));
        assertFalse(store.exists("l", soon()));
    }

    @Test
    void aThousandThreadsAreServed() throws Exception {
        List<Integer> numbers = IntStream.range(0, 1_000).boxed().toList();
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<@Nullable String>> tasks = new ArrayList<>();
            for (int number : numbers) {
                tasks.add(() -> {
                    set("k" + number, "v" + number);
                    return get("k" + number);
                });
            }
            List<Future<@Nullable String>> answers = executor.invokeAll(tasks);
            for (int number : numbers) {
                assertEquals("v" + number, answers.get(number).get());
            }
        }
    }
}
