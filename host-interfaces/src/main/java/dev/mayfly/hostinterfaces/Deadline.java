package dev.mayfly.hostinterfaces;

import java.time.Duration;

/**
 * Until when an operation may take: never later than its invocation's own deadline.
 *
 * @param atNs on {@link System#nanoTime}'s clock
 */
public record Deadline(long atNs) {
    /** So long from now. */
    public static Deadline in(Duration time) {
        return new Deadline(System.nanoTime() + time.toNanos());
    }

    /** The earlier of the two. */
    public Deadline orEarlier(Deadline other) {
        return other.atNs - atNs < 0 ? other : this;
    }

    /**
     * What is left, at least a millisecond: many a library takes 0 for no limit.
     *
     * @throws HostError of kind {@code TIMEOUT} when nothing is
     */
    public Duration left() {
        long leftNs = atNs - System.nanoTime();
        if (leftNs <= 0) {
            throw HostError.of(HostError.Kind.TIMEOUT, "the operation's deadline has passed");
        }
        return Duration.ofNanos(Math.max(leftNs, 1_000_000));
    }
}
