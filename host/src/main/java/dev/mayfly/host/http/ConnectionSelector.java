package dev.mayfly.host.http;

import dev.mayfly.host.Limits;
import io.helidon.common.buffers.BufferData;
import io.helidon.http.HttpPrologue;
import io.helidon.http.WritableHeaders;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.Router;
import io.helidon.webserver.http1.spi.Http1Upgrader;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Hands the web server's own protocols a {@link ClientConnection} and a router with {@link FrontRouting} in it.
 *
 * <p>The server has no other selector, so it asks this one before it has read a byte: from the first one on, reading is ours.
 */
final class ConnectionSelector implements ServerConnectionSelector {
    private final ServerConnectionSelector http1;
    private final ServerConnectionSelector http2;
    private final SlowClients slowClients;
    private final FrontRouting front;
    private final Limits limits;
    /** A listener has one router; it is known from the first connection on. */
    private volatile @Nullable Router router;

    ConnectionSelector(
            ServerConnectionSelector http1,
            ServerConnectionSelector http2,
            SlowClients slowClients,
            FrontRouting front,
            Limits limits) {
        this.http1 = http1;
        this.http2 = http2;
        this.slowClients = slowClients;
        this.front = front;
        this.limits = limits;
    }

    @Override
    public ServerConnection connection(ConnectionContext context) {
        Router router = this.router;
        if (router == null) {
            router = front.before(context.router());
            this.router = router;
        }
        return new ServedConnection(new ClientConnection(context, router, limits), slowClients, http1, http2);
    }

    @Override
    public int bytesToIdentifyConnection() {
        return 0;
    }

    @Override
    public Support supports(BufferData data) {
        return Support.SUPPORTED;
    }

    @Override
    public Set<String> supportedApplicationProtocols() {
        Set<String> all = new LinkedHashSet<>(http2.supportedApplicationProtocols());
        all.addAll(http1.supportedApplicationProtocols());
        return all;
    }

    /** Tells the connection when its client asks to go on with HTTP/2. */
    record Upgrader(Http1Upgrader upgrader) implements Http1Upgrader {
        @Override
        public String supportedProtocol() {
            return upgrader.supportedProtocol();
        }

        @Override
        public @Nullable ServerConnection upgrade(
                ConnectionContext context, HttpPrologue prologue, WritableHeaders<?> headers) {
            ServerConnection connection = upgrader.upgrade(context, prologue, headers);
            if (connection != null && context instanceof ClientConnection client) {
                client.switchToHttp2();
            }
            return connection;
        }
    }
}
