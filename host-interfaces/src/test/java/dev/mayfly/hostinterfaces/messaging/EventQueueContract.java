package dev.mayfly.hostinterfaces.messaging;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.hostinterfaces.Deadline;
import dev.mayfly.hostinterfaces.HostError;
import dev.mayfly.hostinterfaces.messaging.EventQueue.Delivery;
import dev.mayfly.hostinterfaces.messaging.EventQueue.NewEvent;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What holds of every queue. */
abstract class EventQueueContract {
    static final QueueLimits LIMITS = new QueueLimits(1000, 5, 3, Duration.ofMillis(40), Duration.ofMillis(100), 2);
    static final Duration LEASE = Duration.ofSeconds(30);
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private EventQueue queue;

    /** An empty queue with {@link #LIMITS}. */
    abstract EventQueue openEmpty() throws Exception;

    @BeforeEach
    void open() throws Exception {
        queue = openEmpty();
    }

    @AfterEach
    void close() {
        queue.close();
    }

    static NewEvent event(String function, String payload) {
        return new NewEvent(
                function, "spawn", "caller", Map.of(), payload.getBytes(StandardCharsets.UTF_8), Instant.EPOCH);
    }

    static String payload(Delivery delivery) {
        return new String(delivery.payload(), StandardCharsets.UTF_8);
    }

    private String put(String function, String payload) {
        return queue.put(List.of(event(function, payload)), Deadline.in(PATIENCE))
                .getFirst();
    }

    private List<Delivery> take() {
        return queue.take(100, LEASE, Set.of());
    }

    private Delivery takeOne() throws InterruptedException {
        return awaitEvents(() -> queue.take(1, LEASE, Set.of())).getFirst();
    }

    private List<Delivery> awaitEvents(Supplier<List<Delivery>> taking) throws InterruptedException {
        long until = System.nanoTime() + PATIENCE.toNanos();
        List<Delivery> taken = taking.get();
        while (taken.isEmpty()) {
            assertTrue(System.nanoTime() < until, "no event came");
            queue.awaitDue(Duration.ofSeconds(1));
            taken = taking.get();
        }
        return taken;
    }

    private static List<String> payloads(List<Delivery> deliveries) {
        return deliveries.stream().map(EventQueueContract::payload).toList();
    }

    @Test
    void anEventIsDeliveredAsItWasPut() {
        byte[] payload = {0, 1, -1};
        Map<String, String> attributes = Map.of("a=b&c", "ä \0\n", "empty", "");
        Instant before = Instant.now().minusMillis(1);
        String id = queue.put(
                        List.of(new NewEvent("f", "topic", "news", attributes, payload, Instant.EPOCH)),
                        Deadline.in(PATIENCE))
                .getFirst();
        Delivery delivery = take().getFirst();
        assertEquals(id, delivery.id());
        assertEquals("f", delivery.function());
        assertEquals("topic", delivery.kind());
        assertEquals("news", delivery.source());
        assertEquals(attributes, delivery.attributes());
        assertArrayEquals(payload, delivery.payload());
        assertEquals(1, delivery.attempt());
        assertTrue(delivery.createdAt().isAfter(before) && !delivery.createdAt().isAfter(Instant.now()));
    }

    @Test
    void eventsComeOldestFirstAndTheirIdsAreInOrder() {
        List<String> ids = new ArrayList<>(List.of(put("f", "1"), put("g", "2")));
        ids.addAll(queue.put(List.of(event("f", "3"), event("g", "4")), Deadline.in(PATIENCE)));
        assertEquals(ids, ids.stream().sorted().distinct().toList());
        assertEquals(List.of("1", "2"), payloads(queue.take(2, LEASE, Set.of())));
        assertEquals(List.of("3", "4"), payloads(take()));
        assertEquals(List.of(), take());
    }

    @Test
    void anEventThatIsDoneIsGone() {
        put("f", "1");
        queue.done(take().getFirst());
        assertEquals(new EventQueue.Depth(0, 0, 0), queue.depth("f"));
        assertEquals(List.of(), take());
    }

    @Test
    void aLeasedEventIsNobodyElsesUntilItsLeaseEnds() throws InterruptedException {
        put("f", "1");
        Delivery first = queue.take(1, Duration.ofMillis(50), Set.of()).getFirst();
        assertEquals(List.of(), take());
        assertEquals(new EventQueue.Depth(0, 1, 0), queue.depth("f"));
        Delivery second = takeOne();
        assertEquals(first.id(), second.id());
        assertEquals(2, second.attempt());
        // Whoever lost the lease can't take the event from the one who has it.
        queue.failed(first, "too late");
        queue.postponed(first, Duration.ZERO);
        assertEquals(List.of(), take());
        queue.done(first);
        assertEquals(new EventQueue.Depth(0, 0, 0), queue.depth("f"));
    }

    @Test
    void eventsOfBusyFunctionsStay() {
        put("f", "1");
        put("g", "2");
        assertEquals(List.of("2"), payloads(queue.take(10, LEASE, Set.of("f", "x"))));
        assertEquals(List.of("1"), payloads(take()));
    }

    @Test
    void aFailedEventComesBackAfterItsBackoffAndThenBecomesADeadLetter() throws InterruptedException {
        String id = put("f", "1");
        for (int attempt = 1; attempt <= LIMITS.attemptsMax(); attempt++) {
            Delivery delivery = takeOne();
            assertEquals(attempt, delivery.attempt());
            long failedNs = System.nanoTime();
            queue.failed(delivery, "error " + attempt);
            if (attempt < LIMITS.attemptsMax()) {
                assertEquals(List.of(), take());
                assertEquals(new EventQueue.Depth(1, 0, 0), queue.depth("f"));
                queue.awaitDue(PATIENCE);
                long waitedMs = (System.nanoTime() - failedNs) / 1_000_000;
                assertTrue(waitedMs >= 0.8 * 40 * attempt - 2, "ms: " + waitedMs);
            }
        }
        assertEquals(new EventQueue.Depth(0, 0, 1), queue.depth("f"));
        EventQueue.DeadLetter dead = queue.deadLetters("f", 10).getFirst();
        assertEquals(id, dead.event().id());
        assertEquals("error 3", dead.lastError());
        assertEquals("1", payload(dead.event()));
        assertEquals(List.of(), queue.deadLetters("g", 10));
    }

    @Test
    void aRejectedEventBecomesADeadLetterAtOnce() throws InterruptedException {
        put("f", "1");
        Delivery lost = queue.take(1, Duration.ofMillis(1), Set.of()).getFirst();
        Delivery delivery = takeOne();
        queue.rejected(lost, "too late to say");
        assertEquals(0, queue.depth("f").dead());
        queue.rejected(delivery, "never");
        assertEquals(new EventQueue.Depth(0, 0, 1), queue.depth("f"));
        assertEquals("never", queue.deadLetters("f", 1).getFirst().lastError());
        assertEquals(List.of(), take());
    }

    @Test
    void anEventWhoseLastLeaseEndsUnansweredBecomesADeadLetter() throws InterruptedException {
        put("f", "1");
        for (int attempt = 1; attempt <= LIMITS.attemptsMax(); attempt++) {
            awaitEvents(() -> queue.take(1, Duration.ofMillis(1), Set.of()));
        }
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (queue.depth("f").dead() == 0) {
            assertEquals(List.of(), take());
            assertTrue(System.nanoTime() < until, "not dead");
        }
        assertEquals(0, queue.depth("f").waiting());
    }

    @Test
    void aPostponedEventComesBackAsTheSameAttempt() throws InterruptedException {
        put("f", "1");
        for (int i = 0; i < 5; i++) {
            Delivery delivery = takeOne();
            assertEquals(1, delivery.attempt());
            queue.postponed(delivery, Duration.ofMillis(20));
            assertEquals(List.of(), take());
        }
    }

    @Test
    void anEventForLaterIsDeliveredThen() throws InterruptedException {
        Instant due = Instant.now().plusMillis(100);
        queue.put(List.of(new NewEvent("f", "spawn", "s", Map.of(), new byte[0], due)), Deadline.in(PATIENCE));
        assertEquals(List.of(), take());
        queue.awaitDue(PATIENCE);
        assertFalse(Instant.now().isBefore(due.minusMillis(2)));
        assertEquals(1, awaitEvents(this::take).size());
    }

    @Test
    void oldDeadLettersGoFirst() {
        for (int i = 1; i <= 4; i++) {
            die("f", "f" + i);
        }
        die("g", "g1");
        assertEquals(List.of("f4", "f3"), deadPayloads("f", 10));
        assertEquals(List.of("f4"), deadPayloads("f", 1));
        assertEquals(3, queue.deadLetters(null, 10).size());
        assertEquals(2, queue.depth("f").dead());
    }

    private List<String> deadPayloads(String function, int count) {
        return queue.deadLetters(function, count).stream()
                .map(letter -> payload(letter.event()))
                .toList();
    }

    private String die(String function, String payload) {
        String id = put(function, payload);
        try {
            for (int attempt = 1; attempt <= LIMITS.attemptsMax(); attempt++) {
                queue.failed(takeOne(), "broken");
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        return id;
    }

    @Test
    void aDeadLetterIsRetriedAsNewOrDiscarded() {
        String id = die("f", "1");
        assertTrue(queue.retry(id));
        assertFalse(queue.retry(id));
        Delivery again = take().getFirst();
        assertEquals(id, again.id());
        assertEquals(1, again.attempt());
        queue.done(again);
        String other = die("f", "2");
        assertTrue(queue.discard(other));
        assertFalse(queue.discard(other));
        assertFalse(queue.retry("unknown"));
        assertEquals(new EventQueue.Depth(0, 0, 0), queue.depth("f"));
    }

    @Test
    void aPayloadBeyondTheLimitIsRefused() {
        assertLimit("payload-bytes-max=1000", () -> put("f", "x".repeat(1001)));
        NewEvent attributes =
                new NewEvent("f", "spawn", "s", Map.of("n", "x".repeat(1000)), new byte[0], Instant.EPOCH);
        assertLimit("payload-bytes-max=1000", () -> queue.put(List.of(attributes), Deadline.in(PATIENCE)));
        put("f", "x".repeat(1000));
    }

    @Test
    void moreThanAFunctionsWaitingEventsAreRefusedAllOfAPutOrNone() {
        put("f", "1");
        List<NewEvent> five =
                List.of(event("g", "g"), event("f", "2"), event("f", "3"), event("f", "4"), event("f", "5"));
        queue.put(five, Deadline.in(PATIENCE));
        assertLimit(
                "waiting-max=5", () -> queue.put(List.of(event("g", "no"), event("f", "6")), Deadline.in(PATIENCE)));
        assertEquals(1, queue.depth("g").waiting());
        // Leased ones count too, until they are settled.
        List<Delivery> taken = take();
        assertLimit("waiting-max=5", () -> put("f", "6"));
        queue.done(taken.stream()
                .filter(delivery -> delivery.function().equals("f"))
                .findFirst()
                .orElseThrow());
        put("f", "6");
        assertLimit("waiting-max=5", () -> put("f", "7"));
    }

    private static void assertLimit(String limit, Runnable call) {
        HostError error = assertThrows(HostError.class, call::run);
        assertEquals(HostError.Kind.LIMIT_EXCEEDED, error.kind());
        assertTrue(String.valueOf(error.getMessage()).contains(limit), error.getMessage());
    }

    @Test
    void whoeverWaitsWakesAtOnceWhenAnEventIsPut() throws Exception {
        assertEquals(List.of(), take());
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Long> woken = threads.submit(() -> {
                queue.awaitDue(PATIENCE);
                return System.nanoTime();
            });
            // However long it has waited by then, it wakes because of this.
            Thread.sleep(50);
            assertFalse(woken.isDone());
            put("f", "1");
            long putNs = System.nanoTime();
            long lateMs = (woken.get() - putNs) / 1_000_000;
            assertTrue(lateMs < 500, "ms: " + lateMs);
        }
    }

    @Test
    void whatNobodyWantedLastTimeIsNoReasonToWake() throws InterruptedException {
        put("f", "1");
        assertEquals(List.of(), queue.take(10, LEASE, Set.of("f")));
        long start = System.nanoTime();
        queue.awaitDue(Duration.ofMillis(100));
        assertTrue(System.nanoTime() - start >= 95_000_000);
    }

    @Test
    void manyThreadsPutAndTakeAndEveryEventIsDoneOnce() throws Exception {
        Set<String> done = new HashSet<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> puts = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                String function = "f" + i % 100;
                puts.add(threads.submit(() -> put(function, function)));
            }
            List<Future<List<String>>> takers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                takers.add(threads.submit(() -> {
                    List<String> mine = new ArrayList<>();
                    while (!Thread.interrupted()) {
                        List<Delivery> taken = queue.take(7, LEASE, Set.of());
                        taken.forEach(queue::done);
                        taken.forEach(delivery -> mine.add(delivery.id()));
                        if (taken.isEmpty() && puts.stream().allMatch(Future::isDone)) {
                            return mine;
                        }
                        queue.awaitDue(Duration.ofMillis(20));
                    }
                    return mine;
                }));
            }
            for (Future<?> put : puts) {
                put.get();
            }
            for (Future<List<String>> taker : takers) {
                for (String id : taker.get()) {
                    assertTrue(done.add(id), "twice: " + id);
                }
            }
        }
        assertEquals(300, done.size());
    }

    @Test
    void aClosedQueueIsUnavailable() {
        queue.close();
        HostError error = assertThrows(HostError.class, () -> put("f", "1"));
        assertEquals(HostError.Kind.UNAVAILABLE, error.kind());
    }
}
