package dev.mayfly.hostinterfaces.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.hostinterfaces.HostError;
import dev.mayfly.hostinterfaces.kv.KeyValueStore.End;
import dev.mayfly.hostinterfaces.testing.Waiting;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What every {@link KeyValueStore} keeps to with lists, and where lists and values meet. */
abstract class KeyValueStoreLists extends KeyValueStoreValues {
    @Test
    void valuesArePushedOneAfterTheOther() {
        assertEquals(2, push("l", End.BACK, "c", "d"));
        assertEquals(4, push("l", End.FRONT, "b", "a"));
        assertEquals(5, push("l", End.BACK, "e"));
        assertEquals(List.of("a", "b", "c", "d", "e"), list("l"));
        assertEquals(5, store.listLength("l", soon()));
        assertEquals(2, push("reversed", End.FRONT, "1", "2"));
        assertEquals(List.of("2", "1"), list("reversed"));
    }

    @Test
    void valuesAreTakenOffEitherEnd() {
        push("l", End.BACK, "a", "b", "c", "d");
        assertEquals("a", text(store.listPop("l", End.FRONT, soon())));
        assertEquals("d", text(store.listPop("l", End.BACK, soon())));
        assertEquals(List.of("b", "c"), list("l"));
        push("l", End.FRONT, "z");
        push("l", End.BACK, "y");
        assertEquals(List.of("z", "b", "c", "y"), list("l"));
    }

    @Test
    void anEmptyListIsNoKey() {
        push("l", End.BACK, "a");
        store.listPop("l", End.FRONT, soon());
        assertNull(store.listPop("l", End.FRONT, soon()));
        assertNull(store.listPop("l", End.BACK, soon()));
        assertFalse(store.exists("l", soon()));
        assertEquals(List.of(), allKeys("", 10));
        assertEquals(0, push("l", End.BACK));
        assertFalse(store.exists("l", soon()));
        set("l", "now a value");
        assertEquals("now a value", get("l"));
    }

    @Test
    void aListMayHoldEmptyAndEqualValues() {
        push("l", End.BACK, "", "x", "", "x");
        assertEquals(List.of("", "x", "", "x"), list("l"));
        assertEquals("", text(store.listPop("l", End.FRONT, soon())));
    }

    @Test
    void indexesCountFromEitherEnd() {
        push("l", End.BACK, "a", "b", "c", "d", "e");
        assertEquals(List.of("a"), range("l", 0, 0));
        assertEquals(List.of("b", "c"), range("l", 1, 2));
        assertEquals(List.of("e"), range("l", -1, -1));
        assertEquals(List.of("d", "e"), range("l", -2, -1));
        assertEquals(List.of("b", "c", "d"), range("l", 1, -2));
        assertEquals(List.of("c", "d", "e"), range("l", -3, 4));
    }

    @Test
    void aRangeIsCutToTheList() {
        push("l", End.BACK, "a", "b", "c");
        assertEquals(List.of("a", "b", "c"), range("l", -100, 100));
        assertEquals(List.of("a", "b", "c"), range("l", Long.MIN_VALUE, Long.MAX_VALUE));
        assertEquals(List.of("c"), range("l", 2, 2));
        assertEquals(List.of(), range("l", 3, 5));
        assertEquals(List.of(), range("l", 2, 1));
        assertEquals(List.of(), range("l", -1, -2));
        assertEquals(List.of(), range("l", -5, -4));
        assertEquals(List.of(), range("l", Long.MAX_VALUE, Long.MIN_VALUE));
    }

    private boolean replace(List<String> expected, List<String> values, @Nullable Duration timeToLive) {
        return store.listReplace(
                "l",
                expected.stream().map(KeyValueStoreFixture::bytes).toList(),
                values.stream().map(KeyValueStoreFixture::bytes).toList(),
                timeToLive,
                soon());
    }

    @Test
    void aListIsReplacedIfItIsAsExpected() {
        push("l", End.BACK, "a", "b");
        assertFalse(replace(List.of("a"), List.of("x"), null));
        assertFalse(replace(List.of("a", "c"), List.of("x"), null));
        assertFalse(replace(List.of(), List.of("x"), null));
        assertEquals(List.of("a", "b"), list("l"));
        assertTrue(replace(List.of("a", "b"), List.of("x", "a", "y"), null));
        assertEquals(List.of("x", "a", "y"), list("l"));
        push("l", End.FRONT, "w");
        assertEquals("w", text(store.listPop("l", End.FRONT, soon())));
        assertTrue(replace(List.of("x", "a", "y"), List.of(), null));
        assertFalse(store.exists("l", soon()));
        assertTrue(replace(List.of(), List.of("new"), null));
        assertEquals(List.of("new"), list("l"));
        set("v", "1");
        assertFails(HostError.Kind.CONFLICT, () -> store.listReplace("v", List.of(), List.of(), null, soon()));
    }

    @Test
    void aReplacedListKeepsItsTimeToLiveUnlessItGetsAnother() throws Exception {
        store.listPush("l", End.BACK, List.of(bytes("a")), SHORT, soon());
        assertTrue(replace(List.of("a"), List.of("b"), null));
        Waiting.until("it has expired", () -> !store.exists("l", soon()));
        store.listPush("l", End.BACK, List.of(bytes("a")), LONG, soon());
        assertTrue(replace(List.of("a"), List.of("b"), SHORT));
        Waiting.until("it has expired", () -> !store.exists("l", soon()));
    }

    @Test
    void manyThreadsShareAList() throws Exception {
        int threads = 8;
        int each = 25;
        Set<String> popped = new ConcurrentSkipListSet<>();
        onThreads(threads, () -> {
            for (int i = 0; i < each; i++) {
                End end = i % 2 == 0 ? End.FRONT : End.BACK;
                push("l", end, Thread.currentThread().threadId() + " " + i);
                String value = text(store.listPop("l", end, soon()));
                assertTrue(value != null && popped.add(value), "popped twice, or nothing");
            }
            return true;
        });
        assertEquals(threads * each, popped.size());
        assertFalse(store.exists("l", soon()));
    }

    @Test
    void aListIsNoValue() {
        push("l", End.BACK, "1");
        assertFails(HostError.Kind.CONFLICT, () -> store.get("l", soon()));
        assertFails(HostError.Kind.CONFLICT, () -> store.getMany(List.of("l"), soon()));
        assertFails(HostError.Kind.CONFLICT, () -> set("l", "x"));
        assertFails(HostError.Kind.CONFLICT, () -> store.set("l", bytes("x"), LONG, soon()));
        assertFails(HostError.Kind.CONFLICT, () -> store.setMany(Map.of("l", bytes("x")), null, soon()));
        assertFails(HostError.Kind.CONFLICT, () -> store.compareAndSet("l", null, bytes("x"), null, soon()));
        assertFails(HostError.Kind.CONFLICT, () -> store.compareAndSet("l", bytes("1"), bytes("x"), null, soon()));
        assertFails(HostError.Kind.CONFLICT, () -> store.increment("l", 1, null, soon()));
        assertFails(HostError.Kind.CONFLICT, () -> store.increment("l", 1, LONG, soon()));
        assertEquals(List.of("1"), list("l"));
        assertTrue(store.exists("l", soon()));
        assertTrue(store.delete("l", soon()));
    }

    @Test
    void aValueIsNoList() {
        set("a", "1");
        assertFails(HostError.Kind.CONFLICT, () -> push("a", End.BACK, "x"));
        assertFails(HostError.Kind.CONFLICT, () -> push("a", End.FRONT));
        assertFails(HostError.Kind.CONFLICT, () -> store.listPop("a", End.BACK, soon()));
        assertFails(HostError.Kind.CONFLICT, () -> list("a"));
        assertFails(HostError.Kind.CONFLICT, () -> store.listLength("a", soon()));
        assertEquals("1", get("a"));
    }
}
