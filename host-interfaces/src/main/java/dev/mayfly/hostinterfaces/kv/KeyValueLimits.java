package dev.mayfly.hostinterfaces.kv;

import dev.mayfly.hostinterfaces.HostError;

/**
 * What one key and value may be: checked by every store, so that they can be exchanged.
 *
 * @param keyBytesMax of a key in UTF-8
 * @param valueBytesMax of a value, or of one value in a list
 * @param listValuesMax how many values a list may have, and how many may be read of it at once
 */
public record KeyValueLimits(int keyBytesMax, int valueBytesMax, int listValuesMax) {
    /** Keys of 512 bytes, values of 1 MiB, lists of 10,000. */
    public static KeyValueLimits defaults() {
        return new KeyValueLimits(512, 1 << 20, 10_000);
    }

    /** Names the limit that was passed. */
    public static HostError exceeded(String limit, long max) {
        return HostError.of(HostError.Kind.LIMIT_EXCEEDED, limit + "=" + max);
    }
}
