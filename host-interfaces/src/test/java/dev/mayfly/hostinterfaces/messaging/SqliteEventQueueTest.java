package dev.mayfly.hostinterfaces.messaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.hostinterfaces.Deadline;
import dev.mayfly.hostinterfaces.messaging.EventQueue.Delivery;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract, and what a file survives. */
class SqliteEventQueueTest extends EventQueueContract {
    private static final QueueLimits WIDE =
            new QueueLimits(1 << 20, 1_000_000, 1_000, Duration.ofMillis(1), Duration.ofMillis(1), 10);

    @TempDir
    private Path folder;

    @Override
    EventQueue openEmpty() {
        return SqliteEventQueue.open(folder.resolve("events.db"), LIMITS);
    }

    @Test
    void eventsOutliveTheQueueAndLeasesDoNot() {
        Path file = folder.resolve("again.db");
        List<String> ids;
        try (EventQueue queue = SqliteEventQueue.open(file, LIMITS)) {
            ids = queue.put(List.of(event("f", "1"), event("f", "2")), Deadline.in(Duration.ofSeconds(10)));
            assertEquals(1, queue.take(1, Duration.ofHours(1), Set.of()).size());
        }
        try (EventQueue queue = SqliteEventQueue.open(file, LIMITS)) {
            assertEquals(new EventQueue.Depth(2, 0, 0), queue.depth("f"));
            Map<String, Integer> attempts = new HashMap<>();
            queue.take(10, LEASE, Set.of()).forEach(delivery -> attempts.put(delivery.id(), delivery.attempt()));
            assertEquals(Map.of(ids.get(0), 2, ids.get(1), 1), attempts);
            String next = queue.put(List.of(event("f", "3")), Deadline.in(Duration.ofSeconds(10)))
                    .getFirst();
            assertTrue(next.compareTo(ids.get(1)) > 0);
        }
    }

    @Test
    void eventsOfAClockThatWasAheadAreDueAtOnce() throws Exception {
        Path file = folder.resolve("ahead.db");
        try (EventQueue queue = SqliteEventQueue.open(file, LIMITS)) {
            queue.put(List.of(event("f", "1")), Deadline.in(Duration.ofSeconds(10)));
        }
        try (Connection sql = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = sql.createStatement()) {
            statement.execute("UPDATE event SET due_ms = due_ms + 86400000");
        }
        try (EventQueue queue = SqliteEventQueue.open(file, LIMITS)) {
            assertEquals(1, queue.take(10, LEASE, Set.of()).size());
        }
    }

    @Test
    void nothingThatWasAcknowledgedIsLostWhenTheProcessIsKilled() throws Exception {
        Path file = folder.resolve("killed.db");
        Set<String> put = new HashSet<>();
        Set<String> taken = new HashSet<>();
        Set<String> done = new HashSet<>();
        for (int round = 0; round < 5; round++) {
            Process child = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "--enable-native-access=ALL-UNNAMED",
                            "-cp",
                            System.getProperty("java.class.path"),
                            EventQueueChild.class.getName(),
                            file.toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            try (BufferedReader said = child.inputReader()) {
                List<String> lines = new ArrayList<>();
                for (String line = said.readLine(); line != null; line = said.readLine()) {
                    lines.add(line);
                    if (lines.size() == 400 + 150 * round) {
                        // Not by destroyForcibly, which closes what it said too.
                        assertTrue(child.toHandle().destroyForcibly());
                    }
                }
                for (String line : lines) {
                    String id = line.substring(line.indexOf(' ') + 1);
                    switch (line.substring(0, line.indexOf(' '))) {
                        case "put" -> assertTrue(put.add(id), "an id given out twice: " + id);
                        case "took" -> taken.add(id);
                        case "done" -> done.add(id);
                        // The line that was being written at the end.
                        default -> assertEquals(lines.getLast(), line);
                    }
                }
            } finally {
                child.destroyForcibly().waitFor();
            }
        }
        assertTrue(put.size() > 500 && done.size() > 100, "put " + put.size() + ", done " + done.size());
        Set<String> left = new HashSet<>();
        try (EventQueue queue = SqliteEventQueue.open(file, WIDE)) {
            for (List<Delivery> some = queue.take(1000, LEASE, Set.of());
                    !some.isEmpty();
                    some = queue.take(1000, LEASE, Set.of())) {
                some.forEach(delivery -> assertTrue(left.add(delivery.id()), "twice: " + delivery.id()));
            }
        }
        Set<String> lost = new HashSet<>(put);
        lost.removeAll(left);
        // What was taken and was being settled when the process ended may be settled without having said so.
        lost.removeAll(taken);
        assertEquals(Set.of(), lost);
        Set<String> back = new HashSet<>(left);
        back.retainAll(done);
        assertEquals(Set.of(), back, "done, acknowledged, and there again");
        Set<String> settledUnsaid = new HashSet<>(taken);
        settledUnsaid.removeAll(done);
        settledUnsaid.removeAll(left);
        assertTrue(settledUnsaid.size() <= 5 * EventQueueChild.THREADS, "gone but never done: " + settledUnsaid.size());
    }

    @Test
    void commitsAreSharedByThoseWhoWait() throws Exception {
        int threadCount = 64;
        int putsEach = 50;
        try (EventQueue queue = SqliteEventQueue.open(folder.resolve("fast.db"), WIDE);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            long start = System.nanoTime();
            List<Future<?>> puts = new ArrayList<>();
            for (int i = 0; i < threadCount; i++) {
                puts.add(threads.submit(() -> {
                    for (int j = 0; j < putsEach; j++) {
                        queue.put(List.of(event("f", "x".repeat(200))), Deadline.in(Duration.ofSeconds(60)));
                    }
                }));
            }
            for (Future<?> put : puts) {
                put.get();
            }
            double putSeconds = (System.nanoTime() - start) / 1e9;
            start = System.nanoTime();
            int settled = 0;
            while (settled < threadCount * putsEach) {
                List<Future<?>> dones = new ArrayList<>();
                for (Delivery delivery : queue.take(100, LEASE, Set.of())) {
                    dones.add(threads.submit(() -> queue.done(delivery)));
                }
                for (Future<?> done : dones) {
                    done.get();
                    settled++;
                }
            }
            double doneSeconds = (System.nanoTime() - start) / 1e9;
            System.out.printf(
                    "events: %.0f put/s by %d threads, %.0f taken and done/s%n",
                    settled / putSeconds, threadCount, settled / doneSeconds);
            assertEquals(new EventQueue.Depth(0, 0, 0), queue.depth("f"));
        }
    }
}
