package dev.mayfly.host.http;

import io.helidon.common.buffers.BufferData;
import io.helidon.http.HttpPrologue;
import io.helidon.http.WritableHeaders;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.Router;
import io.helidon.webserver.http1.spi.Http1Upgrader;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Hands the web server's own protocols a {@link ClientConnection} and a router with {@link FrontRouting} in it. */
final class ConnectionSelector implements ServerConnectionSelector {
    private final ServerConnectionSelector protocol;
    private final boolean http2;
    private final SlowClients slowClients;
    private final UnaryOperator<Router> front;
    /** The web server has one router; it is known from the first connection on. */
    private volatile @Nullable Router router;

    ConnectionSelector(
            ServerConnectionSelector protocol, boolean http2, SlowClients slowClients, UnaryOperator<Router> front) {
        this.protocol = protocol;
        this.http2 = http2;
        this.slowClients = slowClients;
        this.front = front;
    }

    @Override
    public ServerConnection connection(ConnectionContext context) {
        Router router = this.router;
        if (router == null) {
            router = front.apply(context.router());
            this.router = router;
        }
        ClientConnection connection = new ClientConnection(context, router);
        if (http2) {
            connection.switchToHttp2();
        }
        return slowClients.watch(connection, protocol.connection(connection));
    }

    @Override
    public int bytesToIdentifyConnection() {
        return protocol.bytesToIdentifyConnection();
    }

    @Override
    public Support supports(BufferData data) {
        return protocol.supports(data);
    }

    @Override
    public Set<String> supportedApplicationProtocols() {
        return protocol.supportedApplicationProtocols();
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
