package dev.mayfly.host.quantity;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A number of bytes as people write it: {@code 64MiB}.
 *
 * @param bytes at least 0
 */
public record ByteSize(long bytes) {
    private static final Pattern FORMAT = Pattern.compile("(\\d{1,18})\\s*(B|KiB|MiB|GiB)?");

    /**
     * Reads one.
     *
     * @throws IllegalArgumentException naming what is accepted
     */
    public static ByteSize parse(String text) {
        Matcher matcher = FORMAT.matcher(text.strip());
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not a size: write bytes, or a number with KiB, MiB or GiB, such as 64MiB");
        }
        String unit = matcher.group(2);
        int shift = unit == null
                ? 0
                : switch (unit) {
                    case "KiB" -> 10;
                    case "MiB" -> 20;
                    case "GiB" -> 30;
                    default -> 0;
                };
        long number = Long.parseLong(matcher.group(1));
        if (number > Long.MAX_VALUE >> shift) {
            throw new IllegalArgumentException("'" + text + "' is more bytes than there can be");
        }
        return new ByteSize(number << shift);
    }

    /** For what is counted in an int; more than it holds is out of every such range, and said so where the range is checked. */
    public int intBytes() {
        return (int) Math.min(bytes, Integer.MAX_VALUE);
    }

    /** Exact where a whole number of some unit, else to one decimal: {@code 64 MiB}, {@code 84.2 KiB}, {@code 17 B}. */
    @Override
    public String toString() {
        int shift = bytes >= 1L << 30 ? 30 : bytes >= 1 << 20 ? 20 : bytes >= 1 << 10 ? 10 : 0;
        String unit = switch (shift) {
            case 30 -> " GiB";
            case 20 -> " MiB";
            case 10 -> " KiB";
            default -> " B";
        };
        long whole = bytes >> shift;
        return (whole << shift == bytes
                        ? Long.toString(whole)
                        : String.format(Locale.ROOT, "%.1f", (double) bytes / (1L << shift)))
                + unit;
    }
}
