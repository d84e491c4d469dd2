package dev.mayfly.client;

import java.time.Instant;

/**
 * An event that was given up.
 *
 * @param kind {@code spawn} or {@code topic}
 * @param error the last one
 */
public record DeadLetter(
        String id,
        String kind,
        String source,
        int attempts,
        Instant createdAt,
        Instant diedAt,
        String error,
        long payloadBytes) {}
