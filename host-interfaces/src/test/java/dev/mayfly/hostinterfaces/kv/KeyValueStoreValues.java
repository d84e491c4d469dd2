package dev.mayfly.hostinterfaces.kv;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.hostinterfaces.HostError;
import dev.mayfly.hostinterfaces.kv.KeyValueStore.End;
import dev.mayfly.hostinterfaces.testing.Waiting;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import org.junit.jupiter.api.Test;

/** What every {@link KeyValueStore} keeps to with values: alone, many at once, compared, counted. */
abstract class KeyValueStoreValues extends KeyValueStoreFixture {
    @Test
    void aKeyThatWasNeverSetIsAbsent() {
        assertNull(get("a"));
        assertFalse(store.exists("a", soon()));
        assertFalse(store.delete("a", soon()));
        assertNull(store.listPop("a", End.FRONT, soon()));
        assertEquals(0, store.listLength("a", soon()));
        assertEquals(List.of(), list("a"));
    }

    @Test
    void aValueIsGivenBackAsItWasSet() {
        byte[] value = new byte[256];
        for (int i = 0; i < value.length; i++) {
            value[i] = (byte) i;
        }
        store.set("a", value, null, soon());
        assertArrayEquals(value, store.get("a", soon()));
        assertTrue(store.exists("a", soon()));
    }

    @Test
    void anEmptyValueIsAValue() {
        set("a", "");
        assertEquals("", get("a"));
        assertTrue(store.exists("a", soon()));
        assertEquals(List.of(""), texts(store.getMany(List.of("a"), soon())));
        assertFalse(store.compareAndSet("a", null, bytes("x"), null, soon()));
        assertTrue(store.compareAndSet("a", bytes(""), bytes("x"), null, soon()));
    }

    @Test
    void aValueOfTheGreatestSizeIsGivenBack() {
        byte[] value = new byte[KeyValueLimits.defaults().valueBytesMax()];
        Arrays.fill(value, (byte) 7);
        store.set("a", value, null, soon());
        assertArrayEquals(value, store.get("a", soon()));
    }

    @Test
    void aLaterValueReplacesAnEarlierOne() {
        set("a", "1");
        set("a", "2");
        assertEquals("2", get("a"));
    }

    @Test
    void aDeletedKeyIsAbsent() {
        set("a", "1");
        assertTrue(store.delete("a", soon()));
        assertNull(get("a"));
        assertFalse(store.delete("a", soon()));
    }

    @Test
    void keysAreAnyUnicodeText() {
        List<String> keys = List.of(
                "",
                " ",
                "a b",
                "ключ",
                "鍵",
                "🔑",
                "e\u0301",
                "\u00e9",
                "a\u0000b",
                "a\nb",
                "%_",
                "*",
                "?",
                "[a]",
                "\\",
                "'; DROP TABLE entry; --",
                "A",
                "a",
                "\uffff");
        for (String key : keys) {
            set(key, "value of " + key);
        }
        for (String key : keys) {
            assertEquals("value of " + key, get(key));
        }
        assertEquals(new TreeSet<>(keys), new TreeSet<>(allKeys("", 4)));
    }

    @Test
    void halfASurrogatePairIsNoKey() {
        for (String key : List.of("\ud83d", "a\udd11", "\ud83dx", "\udd11\ud83d")) {
            assertFails(HostError.Kind.INVALID, () -> set(key, "1"));
        }
    }

    @Test
    void manyValuesComeInTheOrderOfTheirKeys() {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        entries.put("c", bytes("3"));
        entries.put("a", bytes("1"));
        entries.put("b", bytes("2"));
        store.setMany(entries, null, soon());
        assertEquals(
                Arrays.asList("1", null, "3", "2", "1"),
                texts(store.getMany(List.of("a", "none", "c", "b", "a"), soon())));
    }

    @Test
    void deletingManySaysHowManyWereThere() {
        set("a", "1");
        push("l", End.BACK, "x");
        assertEquals(2, store.deleteMany(List.of("a", "none", "l", "a"), soon()));
        assertNull(get("a"));
        assertFalse(store.exists("l", soon()));
    }

    @Test
    void nothingIsDoneWithNoKeys() {
        assertEquals(List.of(), store.getMany(List.of(), soon()));
        assertEquals(0, store.deleteMany(List.of(), soon()));
        store.setMany(Map.of(), null, soon());
    }

    @Test
    void manyKeysGetTheSameTimeToLive() throws Exception {
        store.setMany(Map.of("a", bytes("1"), "b", bytes("2")), SHORT, soon());
        Waiting.until(
                "both are gone",
                () -> Collections.frequency(texts(store.getMany(List.of("a", "b"), soon())), null) == 2);
    }

    @Test
    void comparingAndSettingSetsOnlyWhatIsExpected() {
        assertFalse(store.compareAndSet("a", bytes("1"), bytes("2"), null, soon()));
        assertNull(get("a"));
        assertTrue(store.compareAndSet("a", null, bytes("1"), null, soon()));
        assertFalse(store.compareAndSet("a", null, bytes("2"), null, soon()));
        assertFalse(store.compareAndSet("a", bytes("x"), bytes("2"), null, soon()));
        assertEquals("1", get("a"));
        assertTrue(store.compareAndSet("a", bytes("1"), bytes("2"), null, soon()));
        assertEquals("2", get("a"));
    }

    @Test
    void comparingInVainLeavesTheTimeToLive() throws Exception {
        store.set("a", bytes("1"), SHORT, soon());
        assertFalse(store.compareAndSet("a", bytes("2"), bytes("3"), LONG, soon()));
        Waiting.until("it has expired", () -> !store.exists("a", soon()));
    }

    @Test
    void ofManyThatCompareAndSetOneWins() throws Exception {
        for (int round = 0; round < 20; round++) {
            String key = "round " + round;
            List<Boolean> won = onThreads(16, () -> store.compareAndSet(key, null, bytes("mine"), null, soon()));
            assertEquals(1, Collections.frequency(won, true));
        }
    }

    @Test
    void aCounterStartsAtZero() {
        assertEquals(5, store.increment("n", 5, null, soon()));
        assertEquals(3, store.increment("n", -2, null, soon()));
        assertEquals(3, store.increment("n", 0, null, soon()));
        assertEquals(-7, store.increment("n", -10, LONG, soon()));
        assertEquals(0, store.increment("zero", 0, LONG, soon()));
        assertTrue(store.exists("zero", soon()));
    }

    @Test
    void aCounterIsAValueOfDecimalDigits() {
        store.increment("n", -42, null, soon());
        assertEquals("-42", get("n"));
        set("n", "99");
        assertEquals(100, store.increment("n", 1, null, soon()));
        assertTrue(store.compareAndSet("n", bytes("100"), bytes("0"), null, soon()));
        assertEquals(1, store.increment("n", 1, null, soon()));
    }

    @Test
    void aCounterHasSixtyFourBits() {
        assertEquals(Long.MAX_VALUE, store.increment("n", Long.MAX_VALUE, LONG, soon()));
        assertEquals(Long.MIN_VALUE, store.increment("m", Long.MIN_VALUE, null, soon()));
        // More than the 53 bits of a double.
        assertEquals(Long.MAX_VALUE - 1, store.increment("n", -1, LONG, soon()));
        store.increment("n", 1, null, soon());
        assertExceeds("counter=" + Long.MAX_VALUE, () -> store.increment("n", 1, null, soon()));
        assertExceeds("counter=" + Long.MAX_VALUE, () -> store.increment("m", -1, LONG, soon()));
        assertEquals(Long.toString(Long.MAX_VALUE), get("n"));
    }

    @Test
    void whatIsNoNumberIsNoCounter() {
        for (String value :
                List.of("", "x", "1x", " 1", "1 ", "+1", "01", "-0", "1.0", "0x1", "9223372036854775808", "١")) {
            set("a", value);
            assertFails(HostError.Kind.CONFLICT, () -> store.increment("a", 1, null, soon()));
            assertFails(HostError.Kind.CONFLICT, () -> store.increment("a", 1, LONG, soon()));
            assertEquals(value, get("a"));
        }
    }

    @Test
    void noIncrementOfManyThreadsIsLost() throws Exception {
        int threads = 16;
        int each = 50;
        ConcurrentSkipListSet<Long> seen = new ConcurrentSkipListSet<>();
        onThreads(threads, () -> {
            for (int i = 0; i < each; i++) {
                seen.add(store.increment("n", 1, i % 2 == 0 ? LONG : null, soon()));
            }
            return true;
        });
        assertEquals(threads * each, seen.size());
        assertEquals(Integer.toString(threads * each), get("n"));
    }
}
