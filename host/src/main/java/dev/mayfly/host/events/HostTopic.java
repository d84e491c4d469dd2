package dev.mayfly.host.events;

import dev.mayfly.host.access.Tenant;
import dev.mayfly.host.invoke.Routes;
import dev.mayfly.hostinterfaces.Deadline;
import dev.mayfly.hostinterfaces.messaging.EventQueue;
import dev.mayfly.hostinterfaces.messaging.Topic;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** A topic on the host's own queue: what is behind a {@code topic:NAME} binding. */
public final class HostTopic implements Topic {
    private final Tenant tenant;
    private final String name;
    private final Routes routes;
    private final EventQueue queue;

    /** A tenant's topic of that name, with whoever of the tenant's functions subscribes to it when something is published. */
    public HostTopic(Tenant tenant, String name, Routes routes, EventQueue queue) {
        this.tenant = tenant;
        this.name = name;
        this.routes = routes;
        this.queue = queue;
    }

    @Override
    public void publish(byte[] payload, Map<String, String> attributes, Deadline deadline) {
        Instant now = Instant.now();
        List<EventQueue.NewEvent> events = routes.subscribers(name).stream()
                .filter(tenant::owns)
                .map(function -> new EventQueue.NewEvent(function, "topic", name, attributes, payload, now))
                .toList();
        if (!events.isEmpty()) {
            queue.put(events, deadline);
        }
    }
}
