package dev.mayfly.host.quantity;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A length of time as people write it: {@code 500ms}, {@code 10s}, {@code 2min}, {@code 90d}.
 *
 * @param duration at least 0
 */
public record TimeSpan(Duration duration) {
    private static final Pattern FORMAT = Pattern.compile("(\\d{1,9})\\s*(ms|s|min|m|h|d)");

    /**
     * Reads one.
     *
     * @throws IllegalArgumentException naming what is accepted
     */
    public static TimeSpan parse(String text) {
        Matcher matcher = FORMAT.matcher(text.strip());
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not a time: write a number with ms, s, m, h or d, such as 500ms");
        }
        long number = Long.parseLong(matcher.group(1));
        return new TimeSpan(
                switch (matcher.group(2)) {
                    case "ms" -> Duration.ofMillis(number);
                    case "s" -> Duration.ofSeconds(number);
                    case "min", "m" -> Duration.ofMinutes(number);
                    case "h" -> Duration.ofHours(number);
                    default -> Duration.ofDays(number);
                });
    }

    public static TimeSpan ofNanos(long nanos) {
        return new TimeSpan(Duration.ofNanos(nanos));
    }

    /** {@code 12 ms}, {@code 1.2 s}, {@code 10 s}, {@code 2 min}, {@code 2 min 5 s}, {@code 14 d}. */
    @Override
    public String toString() {
        long millis = duration.toMillis();
        if (millis < 1_000) {
            return millis + " ms";
        }
        if (millis < 60_000) {
            return millis % 1_000 == 0 ? millis / 1_000 + " s" : String.format(Locale.ROOT, "%.1f s", millis / 1e3);
        }
        if (millis < 3_600_000) {
            return millis / 60_000 + " min" + (millis % 60_000 < 1_000 ? "" : " " + millis % 60_000 / 1_000 + " s");
        }
        if (millis < 86_400_000) {
            return millis / 3_600_000 + " h"
                    + (millis % 3_600_000 < 60_000 ? "" : " " + millis % 3_600_000 / 60_000 + " min");
        }
        return millis / 86_400_000 + " d"
                + (millis % 86_400_000 < 3_600_000 ? "" : " " + millis % 86_400_000 / 3_600_000 + " h");
    }
}
