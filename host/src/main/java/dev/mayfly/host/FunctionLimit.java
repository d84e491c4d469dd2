package dev.mayfly.host;

import dev.mayfly.host.quantity.ByteSize;
import dev.mayfly.host.quantity.TimeSpan;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What of a function's calls may be bounded when it is deployed. */
public enum FunctionLimit {
    /** Of one linear memory. */
    MEMORY_BYTES(Unit.BYTES, 64 << 10),
    /** Of one table. */
    TABLE_ELEMENTS(Unit.COUNT, 0),
    /** In the function itself: what it waits for costs none. */
    CPU_TIME(Unit.TIME, 1),
    /** From a call's begin to its end. */
    DEADLINE(Unit.TIME, 1),
    /** Calls at once. */
    CONCURRENCY(Unit.COUNT, 1),
    /** Calls that wait for their turn at once. */
    QUEUE_LENGTH(Unit.COUNT, 0),
    /** How long each of them waits. */
    QUEUE_TIME(Unit.TIME, 1),
    REQUEST_BODY_BYTES(Unit.BYTES, 0),
    RESPONSE_BODY_BYTES(Unit.BYTES, 0),
    /** Header lines of a request. */
    HEADER_COUNT(Unit.COUNT, 1),
    /** Host operations of one call. */
    OPERATION_COUNT(Unit.COUNT, 0),
    /** Functions that call one another and wait. */
    CALL_DEPTH(Unit.COUNT, 0),
    /** Events one after the other that go back to one request. */
    SPAWN_DEPTH(Unit.COUNT, 0),
    /** That one call logs. */
    LOG_BYTES(Unit.BYTES, 0),
    /** Of the response and of what host operations carry out, together. */
    EGRESS_BYTES(Unit.BYTES, 0);

    private enum Unit {
        BYTES,
        COUNT,
        /** In milliseconds. */
        TIME
    }

    private final Unit unit;
    private final long min;
    private final String label = name().toLowerCase(Locale.ROOT).replace('_', '-');

    FunctionLimit(Unit unit, long min) {
        this.unit = unit;
        this.min = min;
    }

    /** As in {@code mayfly.toml}: {@code memory-bytes}. */
    public String label() {
        return label;
    }

    /** As messages name it: {@code memory-bytes-max}. */
    public String maxLabel() {
        return label + "-max";
    }

    /** The least it can be set to. */
    public long min() {
        return min;
    }

    /** Of all, in their order. */
    public static List<String> labels() {
        return Arrays.stream(values()).map(FunctionLimit::label).toList();
    }

    public static Optional<FunctionLimit> of(String label) {
        return Arrays.stream(values())
                .filter(limit -> limit.label.equals(label))
                .findAny();
    }

    /** Whether that is the name of one's maximum. */
    public static boolean isMax(String label) {
        return Arrays.stream(values()).anyMatch(limit -> limit.maxLabel().equals(label));
    }

    /**
     * Reads a value: bytes, a number, or milliseconds.
     *
     * @throws IllegalArgumentException saying what is accepted
     */
    public long parse(String text) {
        return switch (unit) {
            case BYTES -> ByteSize.parse(text).bytes();
            case TIME -> TimeSpan.parse(text).duration().toMillis();
            case COUNT -> {
                if (!text.matches("\\d{1,9}")) {
                    throw new IllegalArgumentException("'" + text + "' is not a count: write a number such as 100");
                }
                yield Integer.parseInt(text);
            }
        };
    }

    /** As {@link #parse} reads it, and as people do. */
    public String text(long value) {
        return switch (unit) {
            case BYTES -> new ByteSize(value).toString();
            case TIME -> value + "ms";
            case COUNT -> Long.toString(value);
        };
    }

    /** The same without rounding. */
    String exactText(long value) {
        return unit == Unit.TIME ? value + "ms" : Long.toString(value);
    }
}
