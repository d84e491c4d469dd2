package dev.mayfly.hostinterfaces.messaging;

import dev.mayfly.hostinterfaces.Deadline;
import java.util.Map;

/**
 * Where messages are published: what is behind a {@code topic} binding.
 *
 * <p>Threads: any. Errors: {@link dev.mayfly.hostinterfaces.HostError}.
 */
@FunctionalInterface
public interface Topic {
    /** Publishes a message; it is on disk when this returns. */
    void publish(byte[] payload, Map<String, String> attributes, Deadline deadline);
}
