package dev.mayfly.snapshots;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What differs between two captured states, to the byte; a memory that is shorter counts as filled up with zeros.
 *
 * @param bytes how many
 * @param pages in how many pages of {@value #PAGE_BYTES} bytes, a global being one
 * @param ranges where, the first {@value #RANGE_COUNT_MAX}
 */
record StateDifference(long bytes, long pages, List<String> ranges) {
    static final int PAGE_BYTES = 4096;
    static final int RANGE_COUNT_MAX = 8;

    StateDifference {
        ranges = List.copyOf(ranges);
    }

    /** Compares two files. Takes no memory but for the ranges. */
    static StateDifference between(Path first, Path second) throws IOException {
        try (StateFile one = StateFile.open(first);
                StateFile other = StateFile.open(second)) {
            Count count = new Count();
            for (Map.Entry<String, MemorySegment> value : one.values().entrySet()) {
                MemorySegment otherValue = other.values().getOrDefault(value.getKey(), MemorySegment.NULL);
                count.compare(value.getKey(), value.getValue(), otherValue);
            }
            return count.difference();
        }
    }

    private static final class Count {
        private long bytes;
        private long pages;
        private final List<String> ranges = new ArrayList<>();
        private long rangeStart = -1;
        private long rangeEnd = -1;

        void compare(String name, MemorySegment one, MemorySegment other) {
            long common = Math.min(one.byteSize(), other.byteSize());
            long size = Math.max(one.byteSize(), other.byteSize());
            long at = 0;
            while (at < size) {
                if (at < common) {
                    // Equal pages are passed at the speed of memory.
                    long equal = MemorySegment.mismatch(one, at, common, other, at, common);
                    at = equal < 0 ? common : at + equal;
                    if (at == size) {
                        break;
                    }
                }
                long end = Math.min(size, (at / PAGE_BYTES + 1) * PAGE_BYTES);
                long differing = 0;
                for (long i = at; i < end; i++) {
                    differing += byteAt(one, i) == byteAt(other, i) ? 0 : 1;
                }
                if (differing > 0) {
                    add(name, at / PAGE_BYTES * PAGE_BYTES, end);
                    bytes += differing;
                    pages++;
                }
                at = end;
            }
            endRange(name);
        }

        private static byte byteAt(MemorySegment memory, long at) {
            return at < memory.byteSize() ? memory.get(JAVA_BYTE, at) : 0;
        }

        private void add(String name, long start, long end) {
            if (start != rangeEnd) {
                endRange(name);
                rangeStart = start;
            }
            rangeEnd = end;
        }

        private void endRange(String name) {
            if (rangeStart >= 0 && ranges.size() < RANGE_COUNT_MAX) {
                ranges.add(name + " 0x" + Long.toHexString(rangeStart) + "-0x" + Long.toHexString(rangeEnd - 1));
            }
            rangeStart = -1;
            rangeEnd = -1;
        }

        StateDifference difference() {
            return new StateDifference(bytes, pages, ranges);
        }
    }

    /** As a line of a report. */
    String line(String cause) {
        return bytes + " bytes in " + pages + " pages follow " + cause + ": " + String.join(", ", ranges)
                + (pages > RANGE_COUNT_MAX ? ", …" : "");
    }
}
