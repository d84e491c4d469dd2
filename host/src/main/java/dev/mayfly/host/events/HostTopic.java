package dev.mayfly.host.events;

import dev.mayfly.host.invoke.Routes;
import dev.mayfly.hostinterfaces.Deadline;
import dev.mayfly.hostinterfaces.messaging.EventQueue;
import dev.mayfly.hostinterfaces.messaging.Topic;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** A topic on the host's own queue: what is behind a {@code topic:NAME} binding. */
public final class HostTopic implements Topic {
    private final String name;
    private final Routes routes;
    private final EventQueue queue;

    /** The topic of that name, with whoever subscribes to it when something is published. */
    public HostTopic(String name, Routes routes, EventQueue queue) {
        this.name = name;
        this.routes = routes;
        this.queue = queue;
    }

    @Override
    public void publish(byte[] payload, Map<String, String> attributes, Deadline deadline) {
        Instant now = Instant.now();
        List<EventQueue.NewEvent> events = routes.subscribers(name).stream()
                .map(function -> new EventQueue.NewEvent(function, "topic", name, attributes, payload, now))
                .toList();
        if (!events.isEmpty()) {
            queue.put(events, deadline);
        }
    }
}
