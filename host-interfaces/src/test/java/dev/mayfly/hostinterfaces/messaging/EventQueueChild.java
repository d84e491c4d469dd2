package dev.mayfly.hostinterfaces.messaging;

import dev.mayfly.hostinterfaces.Deadline;
import dev.mayfly.hostinterfaces.messaging.EventQueue.Delivery;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/** A process that puts, takes and settles events, saying what it did, until it is killed. */
final class EventQueueChild {
    static final int THREADS = 4;

    private static final QueueLimits LIMITS =
            new QueueLimits(1 << 20, 1_000_000, 1_000, Duration.ofMillis(1), Duration.ofMillis(1), 10);

    private EventQueueChild() {}

    public static void main(String[] arguments) throws InterruptedException {
        EventQueue queue = SqliteEventQueue.open(Path.of(arguments[0]), LIMITS);
        Thread[] threads = new Thread[THREADS];
        for (int i = 0; i < THREADS; i++) {
            threads[i] = Thread.ofPlatform().start(() -> work(queue));
        }
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private static void work(EventQueue queue) {
        while (true) {
            for (String id : queue.put(
                    java.util.List.of(EventQueueContract.event("f", "1"), EventQueueContract.event("g", "2")),
                    Deadline.in(Duration.ofSeconds(30)))) {
                System.out.println("put " + id);
            }
            for (Delivery delivery : queue.take(1, Duration.ofMinutes(1), Set.of())) {
                System.out.println("took " + delivery.id());
                if (ThreadLocalRandom.current().nextInt(4) == 0) {
                    queue.failed(delivery, "no luck");
                } else {
                    queue.done(delivery);
                    System.out.println("done " + delivery.id());
                }
            }
        }
    }
}
