package dev.mayfly.hostinterfaces.kv;

import dev.mayfly.hostinterfaces.HostError;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Times to live: all stores count them in milliseconds, as Redis does. */
final class TimeToLive {
    /** A century, in days. Whoever wants more wants for ever, and sums with a time of day can't overflow. */
    static final long DAYS_MAX = 36_500;

    private static final Duration LONGEST = Duration.ofDays(DAYS_MAX);

    private TimeToLive() {}

    static void check(@Nullable Duration timeToLive) {
        if (timeToLive == null) {
            return;
        }
        if (!timeToLive.isPositive()) {
            throw HostError.of(HostError.Kind.INVALID, "a time to live must be positive");
        }
        if (timeToLive.compareTo(LONGEST) > 0) {
            throw KeyValueLimits.exceeded("time-to-live-days", DAYS_MAX);
        }
    }

    /** Rounded up: what was to live a little lives. */
    static long ms(Duration timeToLive) {
        return timeToLive.plusNanos(999_999).toMillis();
    }
}
