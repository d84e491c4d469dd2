package dev.mayfly.host.http;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Cuts off clients that take too long over what holds up the host: sending a head, sending a body while a slot waits for it, taking a response.
 * The web server's idle timeout doesn't count these.
 *
 * <p>One virtual thread looks at all connections from time to time, so that a request pays for a note of what it does and not for a timer.
 */
final class SlowClients implements AutoCloseable {
    private static final Duration LOOK_EVERY = Duration.ofMillis(500);

    private final Set<ClientConnection> connections = ConcurrentHashMap.newKeySet();
    private volatile boolean draining;
    private final Thread thread;

    SlowClients() {
        this.thread = Thread.ofVirtual().name("mayfly-slow-clients").start(this::run);
    }

    /** Looks at a connection from now on; false when the host stops and no connection is wanted any more. */
    boolean add(ClientConnection connection) {
        connections.add(connection);
        // In this order, and the other way round below: one of the two sees the other.
        if (draining) {
            remove(connection);
        }
        return !draining;
    }

    /** Closes connections at rest, now and when they come to rest. */
    void drain() {
        draining = true;
        connections.forEach(ClientConnection::closeWhenAtRest);
    }

    void remove(ClientConnection connection) {
        connections.remove(connection);
    }

    private void run() {
        try {
            while (true) {
                Thread.sleep(LOOK_EVERY);
                long nowNs = System.nanoTime();
                for (ClientConnection connection : connections) {
                    connection.abortIfSlow(nowNs);
                }
            }
        } catch (InterruptedException e) {
            // Closed.
        }
    }

    int connectionCount() {
        return connections.size();
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
