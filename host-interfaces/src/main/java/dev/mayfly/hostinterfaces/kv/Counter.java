package dev.mayfly.hostinterfaces.kv;

import dev.mayfly.hostinterfaces.HostError;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** A counter is a value: a decimal number as text, written in the one way that Redis takes: no plus sign, no zeros in front. */
final class Counter {
    private Counter() {}

    /**
     * The number after an increment.
     *
     * @param value of the counter before; null starts at 0
     * @throws HostError of kind {@code CONFLICT} when it is no number, {@code LIMIT_EXCEEDED} past 64 bits
     */
    static long sum(byte @Nullable [] value, long delta) {
        long before = value == null ? 0 : parse(value);
        long after = before + delta;
        if (((before ^ after) & (delta ^ after)) < 0) {
            throw overflow();
        }
        return after;
    }

    private static long parse(byte[] value) {
        String text = new String(value, StandardCharsets.ISO_8859_1);
        try {
            long number = Long.parseLong(text);
            if (Long.toString(number).equals(text)) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw notANumber(e);
        }
        throw notANumber(null);
    }

    static byte[] text(long number) {
        return Long.toString(number).getBytes(StandardCharsets.ISO_8859_1);
    }

    static HostError notANumber(@Nullable Throwable cause) {
        String message = "the key holds no counter";
        return cause == null
                ? HostError.of(HostError.Kind.CONFLICT, message)
                : HostError.of(HostError.Kind.CONFLICT, message, cause);
    }

    static HostError overflow() {
        return KeyValueLimits.exceeded("counter", Long.MAX_VALUE);
    }
}
