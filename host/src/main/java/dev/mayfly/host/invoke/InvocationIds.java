package dev.mayfly.host.invoke;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;

/**
 * Makes invocation ids: 26 characters of Crockford's base 32, as a ULID has, so that a host's ids sort by time, but for those of a moment.
 *
 * <pre>
 *   10 characters   when the host started, in milliseconds since 1970
 *    6 characters   at random: ids of two hosts that start at once differ
 *   10 characters   a counter, from 0; each core counts on in blocks of 16
 * </pre>
 *
 * <p>The time of each call, or random bits for it, would cost more than they are worth: an id is to be unique, not secret. Threads: any.
 */
public final class InvocationIds {
    private static final byte[] DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ".getBytes(StandardCharsets.US_ASCII);
    private static final int TIME_DIGITS = 10;
    private static final int RANDOM_DIGITS = 6;
    private static final int COUNTER_DIGITS = 10;
    private static final int BLOCK_LENGTH = 16;

    private final byte[] start = new byte[TIME_DIGITS + RANDOM_DIGITS];
    private final StripedSequence counter = new StripedSequence(BLOCK_LENGTH);

    /** Ids of a new start of the host. */
    public InvocationIds() {
        write(start, 0, TIME_DIGITS, System.currentTimeMillis());
        write(start, TIME_DIGITS, RANDOM_DIGITS, new SecureRandom().nextLong());
    }

    /** An id that nobody has. */
    public String next() {
        byte[] id = Arrays.copyOf(start, start.length + COUNTER_DIGITS);
        write(id, start.length, COUNTER_DIGITS, counter.next());
        return new String(id, StandardCharsets.ISO_8859_1);
    }

    private static void write(byte[] id, int offset, int digits, long value) {
        long rest = value;
        for (int i = offset + digits - 1; i >= offset; i--) {
            id[i] = DIGITS[(int) rest & 31];
            rest >>>= 5;
        }
    }
}
