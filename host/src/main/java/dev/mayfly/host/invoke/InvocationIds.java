package dev.mayfly.host.invoke;

import dev.mayfly.memorypool.Stripes;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Makes invocation ids: 26 characters of Crockford's base 32, as a ULID has, so that ids of a later start sort
 * behind those of an earlier one, and a thread's ids behind its earlier ones.
 *
 * <pre>
 *   10 characters   when the host started, in milliseconds since 1970
 *    6 characters   at random: ids of two hosts that start at once differ
 *   10 characters   a counter, from 0; each core counts on in blocks of 32, which is its last character
 * </pre>
 *
 * <p>The time of each call, or random bits for it, would cost more than they are worth: an id is to be unique, not secret. Threads: any.
 */
public final class InvocationIds {
    private static final String DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private static final String[] LAST = DIGITS.split("");
    private static final int TIME_DIGITS = 10;
    private static final int RANDOM_DIGITS = 6;
    private static final int BLOCK_DIGITS = 9;

    /** Ids that differ in their last character. */
    private static final class Block extends AtomicInteger {
        private static final long serialVersionUID = 1;

        private final String start;

        Block(String start) {
            this.start = start;
        }

        /** Null when all are given. */
        @Nullable
        String next() {
            int last = getAndIncrement();
            return last < LAST.length ? start.concat(LAST[last]) : null;
        }
    }

    private final String start;
    private final AtomicLong nextBlock = new AtomicLong();
    private final AtomicReferenceArray<@Nullable Block> blocks = Stripes.references();

    /** Ids of a new start of the host. */
    public InvocationIds() {
        start = digits(TIME_DIGITS, System.currentTimeMillis()) + digits(RANDOM_DIGITS, new SecureRandom().nextLong());
    }

    /** An id that nobody has. A thread gets them in ascending order. */
    public String next() {
        int stripe = Stripes.mine();
        while (true) {
            Block block = blocks.get(stripe);
            String id = block == null ? null : block.next();
            if (id != null) {
                return id;
            }
            blocks.compareAndSet(stripe, block, block());
        }
    }

    private Block block() {
        return new Block(start + digits(BLOCK_DIGITS, nextBlock.getAndIncrement()));
    }

    private static String digits(int count, long value) {
        byte[] digits = new byte[count];
        long rest = value;
        for (int i = count - 1; i >= 0; i--) {
            digits[i] = (byte) DIGITS.charAt((int) rest & 31);
            rest >>>= 5;
        }
        return new String(digits, StandardCharsets.ISO_8859_1);
    }
}
