package dev.mayfly.host.http;

import io.helidon.common.concurrency.limits.Limit;
import io.helidon.common.task.InterruptableTask;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * A connection from its first byte to its last: finds out which protocol the client speaks, lets the web server speak it, and is known to
 * {@link SlowClients} meanwhile.
 */
final class ServedConnection implements ServerConnection, InterruptableTask<@Nullable Void> {
    private final ClientConnection connection;
    private final SlowClients slowClients;
    private final ServerConnectionSelector http1;
    private final ServerConnectionSelector http2;

    /** Written by the connection's thread. */
    private volatile @Nullable ServerConnection served;

    ServedConnection(
            ClientConnection connection,
            SlowClients slowClients,
            ServerConnectionSelector http1,
            ServerConnectionSelector http2) {
        this.connection = connection;
        this.slowClients = slowClients;
        this.http1 = http1;
        this.http2 = http2;
    }

    @Override
    public void handle(Limit limit) throws InterruptedException {
        if (!slowClients.add(connection)) {
            // The host stops: it came a moment too late.
            return;
        }
        try {
            // A client that never sends a byte is a slow one too.
            connection.waitForHead();
            ServerConnection served = (connection.startsHttp2() ? http2 : http1).connection(connection);
            this.served = served;
            served.handle(limit);
        } finally {
            connection.markEnded();
            slowClients.remove(connection);
        }
    }

    // The web server calls the other one; this one has no default implementation.
    @Override
    @SuppressWarnings("removal")
    public void handle(Semaphore requests) {
        throw new UnsupportedOperationException("requests are limited by a Limit");
    }

    @Override
    public Duration idleTime() {
        ServerConnection served = this.served;
        return served == null ? Duration.ZERO : served.idleTime();
    }

    /** The server's own HTTP/2 connection would take this for the end of its streams, and an upgraded one for no reason to wait for them. */
    @Override
    public void close(boolean interrupt) {
        if (interrupt) {
            connection.abort();
        } else {
            connection.closeWhenAtRest();
        }
    }

    @Override
    public boolean canInterrupt() {
        return connection.isAtRest();
    }
}
