package dev.mayfly.benchmarks.soak;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Resident memory at equal distances.
 *
 * <p>It counts from the middle of the way: until then pools fill and the JVM compiles. Growing by less than 2 % from there to the end is flat, as
 * a leak of 64 bytes a call would be 64 MB in a million.
 */
final class MemoryGrowth {
    private static final double FLAT_SHARE = 0.02;

    private final List<Long> bytes = new ArrayList<>();

    void add(long residentBytes) {
        bytes.add(residentBytes);
    }

    long latest() {
        return bytes.getLast();
    }

    boolean isFlat() {
        return grown() <= FLAT_SHARE * middle();
    }

    private long grown() {
        return latest() - middle();
    }

    private long middle() {
        return bytes.get((bytes.size() - 1) / 2);
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s: %+.1f MiB in the second half",
                isFlat() ? "memory is flat" : "memory grows",
                grown() / 1048576.0);
    }
}
