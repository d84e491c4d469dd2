package dev.mayfly.host.invoke;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Makes invocation ids: 26 characters of Crockford's base 32, as a ULID has, so that ids sort by time.
 *
 * <pre>
 *   10 characters   milliseconds since 1970
 *    6 characters   this host's start, at random: ids of two hosts, or of two starts, differ
 *   10 characters   a counter, from 0
 * </pre>
 *
 * <p>Random bits for each call would cost more than they are worth: an id is to be unique, not secret. Threads: any.
 */
public final class InvocationIds {
    private static final byte[] DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ".getBytes(StandardCharsets.US_ASCII);
    private static final int TIME_DIGITS = 10;
    private static final int START_DIGITS = 6;
    private static final int COUNTER_DIGITS = 10;

    private final long start = new SecureRandom().nextLong();
    private final AtomicLong counter = new AtomicLong();

    /** Ids of a new start of the host. */
    public InvocationIds() {}

    /** An id that nobody has. */
    public String next() {
        byte[] id = new byte[TIME_DIGITS + START_DIGITS + COUNTER_DIGITS];
        write(id, 0, TIME_DIGITS, System.currentTimeMillis());
        write(id, TIME_DIGITS, START_DIGITS, start);
        write(id, TIME_DIGITS + START_DIGITS, COUNTER_DIGITS, counter.getAndIncrement());
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
