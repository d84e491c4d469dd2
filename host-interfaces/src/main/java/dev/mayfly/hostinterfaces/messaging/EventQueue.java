package dev.mayfly.hostinterfaces.messaging;

import dev.mayfly.hostinterfaces.Deadline;
import dev.mayfly.hostinterfaces.HostError;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Events on their way to functions: durable, delivered at least once, tried again with backoff, and set aside as dead letters in the end. What is
 * behind {@code mayfly:functions} spawn and {@code mayfly:pubsub}: a publication puts one event for each subscriber.
 *
 * <p>Threads: any. Errors: {@link HostError}: {@code LIMIT_EXCEEDED} past {@link QueueLimits}, {@code UNAVAILABLE} when the queue can't be written.
 */
// Payloads are bytes on their way; nobody compares or hashes events.
@SuppressWarnings("ArrayRecordComponent")
public interface EventQueue extends AutoCloseable {
    /**
     * An event to put.
     *
     * @param function to be called with it
     * @param kind {@code spawn} or {@code topic}
     * @param source the function that spawned it, or the topic
     * @param attributes names and values, for the receiver
     * @param notBefore when to deliver it at the earliest
     */
    record NewEvent(
            String function,
            String kind,
            String source,
            Map<String, String> attributes,
            byte[] payload,
            Instant notBefore) {}

    /**
     * An event to be delivered. Until it is settled, or its lease ends, nobody else gets it.
     *
     * @param id unique in this queue, sorted by time
     * @param attempt 1 for the first
     */
    record Delivery(
            String id,
            String function,
            String kind,
            String source,
            Map<String, String> attributes,
            byte[] payload,
            Instant createdAt,
            int attempt) {}

    /** An event that was given up. */
    record DeadLetter(Delivery event, String lastError, Instant diedAt) {}

    /** How far a function's events are. */
    record Depth(long waiting, long leased, long dead) {}

    /** Puts events, all or none; they are on disk when this returns. Returns their ids, in order. */
    List<String> put(List<NewEvent> events, Deadline deadline);

    /**
     * Takes the events that are due, oldest first.
     *
     * @param lease how long they are the caller's
     * @param count at most so many
     * @param busy functions whose events are not wanted now
     */
    List<Delivery> take(int count, Duration lease, Set<String> busy);

    /** Waits until an event may be due or so long has passed. */
    void awaitDue(Duration atMost) throws InterruptedException;

    /** It was delivered. */
    void done(Delivery delivery);

    /** It failed: it is tried again after {@link QueueLimits#backoff}, or becomes a dead letter after the last attempt. */
    void failed(Delivery delivery, String error);

    /** It will never be handled: it becomes a dead letter at once. */
    void rejected(Delivery delivery, String error);

    /** The function can't take it now, which is no failed attempt: again after that time. */
    void postponed(Delivery delivery, Duration time);

    Depth depth(String function);

    /** The newest dead letters of a function, or of all with null. */
    List<DeadLetter> deadLetters(@Nullable String function, int count);

    /** Puts a dead letter back as if it were new; false when there is none of that id. */
    boolean retry(String id);

    /** Forgets a dead letter; false when there is none of that id. */
    boolean discard(String id);

    @Override
    void close();
}
