package dev.mayfly.hostinterfaces.messaging;

import dev.mayfly.hostinterfaces.Deadline;
import dev.mayfly.hostinterfaces.HostError;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;

/**
 * A queue in one SQLite file, write-ahead log and {@code synchronous=FULL}: what {@link #put} returned for is on disk.
 *
 * <p>A lease belongs to the process that took it. After a crash the file is opened by another one, which ends all leases: their events come back at once,
 * as the next attempt, rather than when their leases would have ended. So an attempt counts when it begins, and an event that kills the host each time becomes
 * a dead letter in the end. One process may have the file open, which the lock of the host's data folder sees to.
 *
 * <p>Events of a function whose leases ended are settled by whoever comes first: {@link #done} is always right, {@link #failed} and {@link #postponed} of an
 * attempt that isn't the current one change nothing.
 */
public final class SqliteEventQueue implements EventQueue {
    /** For what has no deadline of its own: settling, and questions of operators. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final int ERROR_CHARS_MAX = 1_000;

    private final QueueLimits limits;
    private final Connection connection;
    private final EventTable table;
    private final GroupCommit commits;

    /** When the queue was opened, by both clocks: one that is set anew meanwhile puts no event off. */
    private final long openedUs = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());

    private final long openedNs = System.nanoTime();

    /** Events of each function that aren't settled. Only the thread of {@link #commits} reads and writes it. */
    private final Map<String, Long> waiting = new HashMap<>();

    /** The last id; as above. It is a time in microseconds, or one more than its predecessor. */
    private long lastId;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    /** How often something became due, or may have; guarded by the lock. */
    private long changes;

    /** {@link #changes} when events were last taken, and when the next is due that wasn't then; guarded by the lock. */
    private long changesTaken = -1;

    private long nextDueMs = Long.MAX_VALUE;

    private SqliteEventQueue(Connection connection, QueueLimits limits) throws SQLException {
        this.limits = limits;
        this.connection = connection;
        table = new EventTable(connection);
        table.endLeases(nowMs());
        table.hasten(nowMs(), limits.backoffMax().toMillis());
        lastId = table.lastId();
        waiting.putAll(table.countByFunction());
        commits = new GroupCommit("mayfly-event-queue", connection, this::countAgain);
    }

    /**
     * Opens the queue in {@code file}, which is made when it isn't there.
     *
     * @throws HostError of kind {@code UNAVAILABLE} when it can't be opened
     */
    public static SqliteEventQueue open(Path file, QueueLimits limits) {
        SQLiteConfig config = new SQLiteConfig();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        config.setBusyTimeout(5_000);
        config.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
        try {
            Connection connection = config.createConnection("jdbc:sqlite:" + file);
            try {
                return new SqliteEventQueue(connection, limits);
            } catch (SQLException | RuntimeException e) {
                connection.close();
                throw e;
            }
        } catch (SQLException e) {
            throw HostError.of(HostError.Kind.UNAVAILABLE, "the queue can't be opened", e);
        }
    }

    private long nowMs() {
        return TimeUnit.MICROSECONDS.toMillis(openedUs + TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - openedNs));
    }

    private void countAgain() {
        try {
            Map<String, Long> counted = table.countByFunction();
            waiting.clear();
            waiting.putAll(counted);
        } catch (SQLException e) {
            // The disk is broken: what was counted is too much at worst, and the next put will say what is wrong.
        }
    }

    @Override
    public List<String> put(List<NewEvent> events, Deadline deadline) {
        List<String> attributes = new ArrayList<>(events.size());
        for (NewEvent event : events) {
            String text = EventTable.text(event.attributes());
            if (event.payload().length + (long) text.length() > limits.payloadBytesMax()) {
                throw HostError.of(
                        HostError.Kind.LIMIT_EXCEEDED,
                        "an event's payload and attributes are more than payload-bytes-max="
                                + limits.payloadBytesMax());
            }
            attributes.add(text);
        }
        List<String> ids = commits.run(() -> insert(events, attributes), deadline);
        wake();
        return ids;
    }

    private List<String> insert(List<NewEvent> events, List<String> attributes) throws SQLException {
        Map<String, Long> after = new HashMap<>();
        for (NewEvent event : events) {
            long count = after.getOrDefault(event.function(), waiting.getOrDefault(event.function(), 0L)) + 1;
            if (count > limits.waitingMax()) {
                throw HostError.of(
                        HostError.Kind.LIMIT_EXCEEDED,
                        "a function's events that wait would be more than waiting-max=" + limits.waitingMax());
            }
            after.put(event.function(), count);
        }
        long nowMs = nowMs();
        List<String> ids = new ArrayList<>(events.size());
        for (int i = 0; i < events.size(); i++) {
            lastId = Math.max(lastId + 1, TimeUnit.MILLISECONDS.toMicros(nowMs));
            String id = HexFormat.of().toHexDigits(lastId);
            table.insert(id, events.get(i), attributes.get(i), nowMs);
            ids.add(id);
        }
        waiting.putAll(after);
        return List.copyOf(ids);
    }

    @Override
    public List<Delivery> take(int count, Duration lease, Set<String> busy) {
        long seen;
        lock.lock();
        try {
            seen = changes;
        } finally {
            lock.unlock();
        }
        return commits.run(() -> lease(count, lease, busy, seen), Deadline.in(PATIENCE));
    }

    private List<Delivery> lease(int count, Duration lease, Set<String> busy, long seen) throws SQLException {
        long nowMs = nowMs();
        List<Delivery> due = table.due(nowMs, busy, count);
        List<Delivery> taken = new ArrayList<>(due.size());
        for (Delivery event : due) {
            if (event.attempt() >= limits.attemptsMax()) {
                giveUp(event, "the last attempt ended without an answer", nowMs);
            } else {
                Delivery delivery = nextAttempt(event);
                table.lease(delivery, nowMs + lease.toMillis());
                taken.add(delivery);
            }
        }
        long nextMs = table.nextDueMs(nowMs);
        lock.lock();
        try {
            // After a full batch there may be more of what is due.
            changesTaken = due.size() < count ? seen : -1;
            nextDueMs = nextMs;
        } finally {
            lock.unlock();
        }
        return List.copyOf(taken);
    }

    private static Delivery nextAttempt(Delivery event) {
        return new Delivery(
                event.id(),
                event.function(),
                event.kind(),
                event.source(),
                event.attributes(),
                event.payload(),
                event.createdAt(),
                event.attempt() + 1);
    }

    /** What was due when events were last taken, and wasn't wanted, is no reason to wake. */
    @Override
    public void awaitDue(Duration atMost) throws InterruptedException {
        long untilNs = System.nanoTime() + atMost.toNanos();
        lock.lockInterruptibly();
        try {
            while (changes == changesTaken) {
                long leftNs = untilNs - System.nanoTime();
                long dueInMs = nextDueMs - nowMs();
                if (leftNs <= 0 || dueInMs <= 0) {
                    return;
                }
                long dueInNs = TimeUnit.MILLISECONDS.toNanos(Math.min(dueInMs, TimeUnit.DAYS.toMillis(1)));
                changed.awaitNanos(Math.min(leftNs, dueInNs));
            }
        } finally {
            lock.unlock();
        }
    }

    private void wake() {
        lock.lock();
        try {
            changes++;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void done(Delivery delivery) {
        settle(() -> {
            if (table.delete(delivery.id())) {
                settled(delivery.function());
            }
            return true;
        });
    }

    @Override
    public void failed(Delivery delivery, String error) {
        settle(() -> {
            if (table.holds(delivery)) {
                long nowMs = nowMs();
                if (delivery.attempt() >= limits.attemptsMax()) {
                    giveUp(delivery, error, nowMs);
                } else {
                    Duration wait = limits.backoff(
                            delivery.attempt(), ThreadLocalRandom.current().nextDouble());
                    table.release(delivery.id(), delivery.attempt(), nowMs + wait.toMillis());
                }
            }
            return true;
        });
    }

    @Override
    public void rejected(Delivery delivery, String error) {
        settle(() -> {
            if (table.holds(delivery)) {
                giveUp(delivery, error, nowMs());
            }
            return true;
        });
    }

    @Override
    public void postponed(Delivery delivery, Duration time) {
        settle(() -> {
            if (table.holds(delivery)) {
                table.release(delivery.id(), delivery.attempt() - 1, nowMs() + time.toMillis());
            }
            return true;
        });
    }

    private void giveUp(Delivery event, String error, long nowMs) throws SQLException {
        String kept = error.substring(0, Math.min(error.length(), ERROR_CHARS_MAX));
        table.bury(event, kept, nowMs, limits.deadLettersMax());
        settled(event.function());
    }

    private void settled(String function) {
        waiting.computeIfPresent(function, (_, count) -> count > 1 ? count - 1 : null);
    }

    /** Its function may have room for another one now, so whoever waits looks again. */
    private boolean settle(GroupCommit.Work<Boolean> work) {
        boolean result = commits.run(work, Deadline.in(PATIENCE));
        wake();
        return result;
    }

    @Override
    public Depth depth(String function) {
        return commits.run(() -> table.depth(function, nowMs()), Deadline.in(PATIENCE));
    }

    @Override
    public List<DeadLetter> deadLetters(@Nullable String function, int count) {
        return commits.run(() -> table.deadLetters(function, count), Deadline.in(PATIENCE));
    }

    @Override
    public boolean retry(String id) {
        return settle(() -> {
            String function = table.dig(id, nowMs());
            if (function != null) {
                waiting.merge(function, 1L, Long::sum);
            }
            return function != null;
        });
    }

    @Override
    public boolean discard(String id) {
        return commits.run(() -> table.forget(id), Deadline.in(PATIENCE));
    }

    @Override
    public void close() {
        commits.close();
        wake();
        try {
            connection.close();
        } catch (SQLException e) {
            throw HostError.of(HostError.Kind.UNAVAILABLE, "the queue can't be closed", e);
        }
    }
}
