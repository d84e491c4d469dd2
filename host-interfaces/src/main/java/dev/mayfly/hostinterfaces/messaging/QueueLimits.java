package dev.mayfly.hostinterfaces.messaging;

import java.time.Duration;

/**
 * What a queue may hold and how often it tries.
 *
 * @param payloadBytesMax of one event
 * @param waitingMax events of one function that are not settled
 * @param attemptsMax deliveries before an event becomes a dead letter
 * @param backoffFirst how long after the first failure
 * @param backoffMax the longest time between two attempts
 * @param deadLettersMax kept for each function; the oldest go first
 */
public record QueueLimits(
        int payloadBytesMax,
        long waitingMax,
        int attemptsMax,
        Duration backoffFirst,
        Duration backoffMax,
        int deadLettersMax) {
    /** 256 KiB each, 100,000 waiting, 8 attempts from 1 s to 5 min apart, 1,000 dead letters. */
    public static QueueLimits defaults() {
        return new QueueLimits(256 << 10, 100_000, 8, Duration.ofSeconds(1), Duration.ofMinutes(5), 1_000);
    }

    /** Doubles with each attempt, give or take a fifth at random so that failures don't come back all at once. */
    public Duration backoff(int attempt, double random) {
        double factor = Math.pow(2, Math.max(0, attempt - 1)) * (0.8 + 0.4 * random);
        long ms = (long) Math.min(backoffFirst.toMillis() * factor, (double) backoffMax.toMillis());
        return Duration.ofMillis(ms);
    }
}
