package dev.mayfly.benchmarks.report;

import java.util.Locale;

/**
 * A figure and what it has to be.
 *
 * @param what in words
 * @param atMost whether {@code bound} is the most it may be, rather than the least
 */
public record Target(String what, double value, boolean atMost, double bound) {
    public static Target atMost(String what, double value, double bound) {
        return new Target(what, value, true, bound);
    }

    public static Target atLeast(String what, double value, double bound) {
        return new Target(what, value, false, bound);
    }

    public boolean isMet() {
        return atMost ? value <= bound : value >= bound;
    }

    /** {@code met     fresh call / native: 1.04 (at most 1.10)} */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%-7s %s: %s (%s %s)",
                isMet() ? "met" : "missed",
                what,
                number(value),
                atMost ? "at most" : "at least",
                number(bound));
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, value < 100 ? "%.2f" : "%.0f", value);
    }
}
