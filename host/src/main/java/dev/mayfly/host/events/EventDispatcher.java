package dev.mayfly.host.events;

import dev.mayfly.engine.FrameLayout;
import dev.mayfly.engine.Operation;
import dev.mayfly.host.Limits;
import dev.mayfly.host.invoke.Cancellation;
import dev.mayfly.host.invoke.Invocation;
import dev.mayfly.host.invoke.Invoker;
import dev.mayfly.host.invoke.Outcome;
import dev.mayfly.host.invoke.Route;
import dev.mayfly.hostinterfaces.Ancestry;
import dev.mayfly.hostinterfaces.messaging.EventQueue;
import dev.mayfly.hostinterfaces.messaging.EventQueue.Delivery;
import dev.mayfly.hostinterfaces.messaging.MessagingOperations;
import dev.mayfly.memorypool.Admission;
import dev.mayfly.memorypool.InvocationSlot;
import dev.mayfly.memorypool.RequestHeadWriter;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Calls functions with the events that are due for them.
 *
 * <p>One thread asks the queue; each event then has a virtual thread of its own, at most {@link #RUNNING_MAX} at a time. Closing lets those that run
 * finish; what was not delivered stays in the queue.
 */
public final class EventDispatcher implements AutoCloseable {
    /** Events on their way at once: they must leave room for requests. */
    static final int RUNNING_MAX = 64;

    /** A lease outlasts the longest delivery by this much. */
    private static final Duration LEASE_MARGIN = Duration.ofSeconds(30);

    private static final Duration IDLE = Duration.ofSeconds(1);
    private static final System.Logger LOG = System.getLogger(EventDispatcher.class.getName());

    private final EventQueue queue;
    private final Invoker invoker;
    private final Limits limits;
    private final Semaphore places = new Semaphore(RUNNING_MAX);
    private final Thread asking;
    private volatile boolean closing;

    /** Begins at once. */
    public EventDispatcher(EventQueue queue, Invoker invoker, Limits limits) {
        this.queue = queue;
        this.invoker = invoker;
        this.limits = limits;
        this.asking = Thread.ofVirtual().name("mayfly-events").start(this::deliverAll);
    }

    private void deliverAll() {
        while (!closing) {
            try {
                places.acquire();
                List<Delivery> due = List.of();
                try {
                    due = queue.take(1 + places.availablePermits(), lease(), Set.of());
                } finally {
                    places.release();
                }
                for (Delivery delivery : due) {
                    places.acquire();
                    Thread.ofVirtual().name("mayfly-event-", 0).start(() -> deliver(delivery));
                }
                if (due.isEmpty()) {
                    queue.awaitDue(IDLE);
                }
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.ERROR, "events can't be taken from the queue", e);
                pause();
            }
        }
    }

    private Duration lease() {
        return limits.deadline().plus(LEASE_MARGIN);
    }

    private void pause() {
        try {
            Thread.sleep(IDLE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void deliver(Delivery delivery) {
        try {
            settle(delivery);
        } catch (RuntimeException e) {
            // Its lease ends, and it comes again.
            LOG.log(System.Logger.Level.ERROR, "event " + delivery.id() + " could not be settled", e);
        } finally {
            places.release();
        }
    }

    private void settle(Delivery delivery) {
        Route route = invoker.routes().find(delivery.function());
        if (route == null) {
            queue.failed(delivery, "no function is called " + delivery.function());
            return;
        }
        if (!route.handlesEvents()) {
            queue.failed(delivery, "function " + delivery.function() + " handles no events");
            return;
        }
        try (Invocation invocation = invoker.open(route, invoker.ids().next(), ancestry(delivery))) {
            if (invocation.refusal() != null) {
                queue.postponed(delivery, Admission.RETRY_AFTER);
                return;
            }
            InvocationSlot slot = invocation.slot();
            String problem = write(slot, delivery, invocation.id());
            if (problem != null) {
                invocation.end(Outcome.BODY_TOO_LARGE);
                queue.failed(delivery, problem);
                return;
            }
            Outcome outcome = invocation.run(Cancellation.NEVER, invoker.deadlineNs());
            switch (outcome) {
                case RESPONSE -> queue.done(delivery);
                case FUNCTION_ERROR -> {
                    String error = slot.frame().message();
                    if (slot.frame().outcome() == FrameLayout.OUTCOME_REJECT) {
                        queue.rejected(delivery, error);
                    } else {
                        queue.failed(delivery, error);
                    }
                }
                case SHUTTING_DOWN -> queue.postponed(delivery, Duration.ZERO);
                default ->
                    queue.failed(delivery, outcome.label() + ": " + slot.frame().message());
            }
        }
    }

    private static Ancestry ancestry(Delivery delivery) {
        String spawns = delivery.attributes().get(MessagingOperations.SPAWN_DEPTH);
        return spawns == null ? Ancestry.NONE : new Ancestry(0, Integer.parseInt(spawns));
    }

    /** As {@code engine/native/src/front/event.rs} reads it. Returns what doesn't fit, or null. */
    private @Nullable String write(InvocationSlot slot, Delivery delivery, String id) {
        slot.handleEvent();
        RequestHeadWriter head = slot.requestHead();
        head.start(delivery.kind(), delivery.source(), delivery.id(), id, limits.headerCountMax());
        head.header("attempt", Integer.toString(delivery.attempt()));
        delivery.attributes().forEach((name, value) -> {
            if (!name.equals(MessagingOperations.SPAWN_DEPTH)) {
                head.header(name, value);
            }
        });
        if (head.finish() != RequestHeadWriter.OK) {
            return "the attributes don't fit: request-head-bytes-max=" + limits.requestHeadBytesMax();
        }
        byte[] payload = delivery.payload();
        return slot.appendRequestBody(payload, 0, payload.length) == Operation.OK
                ? null
                : "the payload doesn't fit: request-body-bytes-max=" + limits.requestBodyBytesMax();
    }

    /** Takes no more events and waits for those that are being handled. */
    @Override
    public void close() {
        closing = true;
        asking.interrupt();
        try {
            asking.join();
            places.acquire(RUNNING_MAX);
            places.release(RUNNING_MAX);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
