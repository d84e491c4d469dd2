package dev.mayfly.hostinterfaces.kv;

import dev.mayfly.engine.MayflyException;
import dev.mayfly.hostinterfaces.HostError;

/**
 * What keys and values may be, and how much one operation may carry: checked by every store, so that they can be exchanged.
 *
 * @param keyBytesMax of a key in UTF-8
 * @param valueBytesMax of a value, or of one value in a list
 * @param listValuesMax how many values a list may have, and how many may be read of it at once
 * @param batchCountMax how many keys or values one operation may name, and how many keys a page may be asked for
 * @param batchBytesMax of all values that one operation gives or gets
 */
public record KeyValueLimits(
        int keyBytesMax, int valueBytesMax, int listValuesMax, int batchCountMax, int batchBytesMax) {
    public KeyValueLimits {
        positive("key-bytes", keyBytesMax);
        positive("value-bytes", valueBytesMax);
        positive("list-values", listValuesMax);
        positive("batch-count", batchCountMax);
        positive("batch-bytes", batchBytesMax);
    }

    private static void positive(String limit, int max) {
        if (max < 1) {
            throw new MayflyException.Invalid("key-value limit " + limit + "=" + max + " must be positive");
        }
    }

    /** Keys of 512 bytes, values of 1 MiB, lists of 10,000; 1,000 keys and 8 MiB at once. */
    public static KeyValueLimits defaults() {
        return new KeyValueLimits(512, 1 << 20, 10_000, 1_000, 8 << 20);
    }

    /** Names the limit that was passed. */
    public static HostError exceeded(String limit, long max) {
        return HostError.of(HostError.Kind.LIMIT_EXCEEDED, limit + "=" + max);
    }

    void checkKey(String key) {
        check("key-bytes", utf8Bytes(key), keyBytesMax);
    }

    void checkValue(byte[] value) {
        check("value-bytes", value.length, valueBytesMax);
    }

    void checkListValues(long count) {
        check("list-values", count, listValuesMax);
    }

    void checkBatchCount(long count) {
        check("batch-count", count, batchCountMax);
    }

    void checkBatchBytes(long bytes) {
        check("batch-bytes", bytes, batchBytesMax);
    }

    private static void check(String limit, long size, long max) {
        if (size > max) {
            throw exceeded(limit, max);
        }
    }

    /** Length in UTF-8. Half a surrogate pair has none: encoders make a question mark of it, and two keys would become one. */
    private static int utf8Bytes(String key) {
        int bytes = key.length();
        for (int i = 0; i < key.length(); i++) {
            char c = key.charAt(i);
            if (c >= 0x80) {
                bytes += c < 0x800 ? 1 : 2;
                if (Character.isSurrogate(c)) {
                    if (!Character.isSupplementaryCodePoint(key.codePointAt(i))) {
                        throw HostError.of(HostError.Kind.INVALID, "a key must be Unicode text");
                    }
                    // Of the pair's four bytes its two chars count for two, as does the line above.
                    i++;
                }
            }
        }
        return bytes;
    }
}
