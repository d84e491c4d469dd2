package dev.mayfly.host.http;

import dev.mayfly.host.Limits;
import io.helidon.common.concurrency.limits.Limit;
import io.helidon.common.task.InterruptableTask;
import io.helidon.webserver.spi.ServerConnection;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Cuts off clients that take too long over what holds up the host: sending a head, sending a body while a slot waits for it, taking a response.
 * The web server's idle timeout doesn't count these.
 *
 * <p>One virtual thread looks at all connections from time to time, so that a request pays for a note of what it does and not for a timer.
 */
final class SlowClients implements AutoCloseable {
    private static final Duration LOOK_EVERY = Duration.ofMillis(500);

    private final Set<ClientConnection> connections = ConcurrentHashMap.newKeySet();
    private final Limits limits;
    private final Thread thread;

    SlowClients(Limits limits) {
        this.limits = limits;
        this.thread = Thread.ofVirtual().name("mayfly-slow-clients").start(this::run);
    }

    /** Returns {@code served}, which is looked at for as long as it runs. */
    ServerConnection watch(ClientConnection connection, ServerConnection served) {
        return new Watched(connection, served);
    }

    private void run() {
        try {
            while (true) {
                Thread.sleep(LOOK_EVERY);
                long nowNs = System.nanoTime();
                for (ClientConnection connection : connections) {
                    connection.abortIfSlow(nowNs, limits);
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

    private final class Watched implements ServerConnection, InterruptableTask<@Nullable Void> {
        private final ClientConnection connection;
        private final ServerConnection served;

        Watched(ClientConnection connection, ServerConnection served) {
            this.connection = connection;
            this.served = served;
        }

        @Override
        public void handle(Limit limit) throws InterruptedException {
            connections.add(connection);
            try {
                served.handle(limit);
            } finally {
                connections.remove(connection);
            }
        }

        // The web server calls the other one; this one has no default implementation.
        @Override
        @SuppressWarnings("removal")
        public void handle(Semaphore requests) throws InterruptedException {
            served.handle(requests);
        }

        @Override
        public Duration idleTime() {
            return served.idleTime();
        }

        @Override
        public void close(boolean interrupt) {
            served.close(interrupt);
        }

        @Override
        public boolean canInterrupt() {
            return served instanceof InterruptableTask<?> task && task.canInterrupt();
        }
    }
}
