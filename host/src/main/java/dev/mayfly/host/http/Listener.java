package dev.mayfly.host.http;

import dev.mayfly.engine.MayflyException;
import dev.mayfly.host.Limits;
import io.helidon.common.tls.Tls;
import io.helidon.config.Config;
import io.helidon.config.ConfigSources;
import io.helidon.webserver.ErrorHandling;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import io.helidon.webserver.http2.Http2Config;
import io.helidon.webserver.http2.Http2ConnectionSelector;
import io.helidon.webserver.http2.Http2Upgrader;
import io.helidon.webserver.observe.ObserveFeature;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One port: HTTP/1.1 and HTTP/2, in clear text by prior knowledge or upgrade, over TLS by ALPN.
 *
 * <p>Threads: any. Ownership: what it is given outlives it.
 */
final class Listener implements AutoCloseable {
    /** The web server lets a body past a limit this far, so that it is the host that says so, in its own words and without cutting the client off. */
    private static final long BODY_BYTES_TOLERATED = 64L << 20;

    /** Without another protocol the server asks ours before it reads a byte. Its builder has a method for that, which it doesn't heed (4.4.0). */
    private static final Config NO_OTHER_PROTOCOLS =
            Config.just(ConfigSources.create(Map.of("protocols-discover-services", "false")));

    /** A function may run as long as its deadline allows; a connection at rest for longer than this goes. */
    private static final Duration IDLE_MAX = Duration.ofMinutes(5);

    private final WebServer server;
    private final FrontRouting front;

    private Listener(WebServer server, FrontRouting front) {
        this.server = server;
        this.front = front;
    }

    /**
     * Starts to listen.
     *
     * @param slowClients that connections are added to
     * @param front where requests go
     * @param routing what {@code front} leaves to the web server
     * @param tls null = in clear text
     * @param grace how long stopping waits for requests that are being answered
     * @throws MayflyException.Conflict when the port is in use, or the address none of this machine
     */
    static Listener start(
            String address,
            int port,
            Limits limits,
            SlowClients slowClients,
            FrontRouting front,
            Consumer<HttpRouting.Builder> routing,
            ObserveFeature health,
            @Nullable Tls tls,
            Duration grace) {
        HeaderMappers.find();
        Http1Config http1 = Http1Config.builder()
                .maxPrologueLength(limits.requestHeadBytesMax())
                .maxHeadersSize(limits.requestHeadBytesMax())
                .build();
        Http2Config http2 = Http2Config.builder()
                .maxHeaderListSize(limits.requestHeadBytesMax())
                .build();
        var builder = WebServer.builder()
                .config(NO_OTHER_PROTOCOLS)
                .host(address)
                .port(port)
                .shutdownHook(false)
                .featuresDiscoverServices(false)
                .addConnectionSelector(new ConnectionSelector(
                        Http1ConnectionSelector.builder()
                                .config(http1)
                                .addUpgrader(new ConnectionSelector.Upgrader(Http2Upgrader.create(http2)))
                                .build(),
                        Http2ConnectionSelector.builder().http2Config(http2).build(),
                        slowClients,
                        front,
                        limits))
                // Its NIO socket (4.4.0, the default) takes a partial write for a whole one: a response that fills the
                // socket's buffer loses bytes.
                .useNio(false)
                // Without it an HTTP/2 request takes 44 ms.
                .connectionOptions(options -> options.tcpNoDelay(true))
                .maxTcpConnections(limits.connectionCountMax())
                .maxPayloadSize(
                        Math.max(limits.requestBodyBytesMax(), limits.componentBytesMax()) + BODY_BYTES_TOLERATED)
                .idleConnectionTimeout(IDLE_MAX)
                .contentEncoding(new PlainContent())
                .directHandlers(new ServerProblems(limits).handlers())
                .errorHandling(ErrorHandling.builder().includeEntity(true).build())
                // The host cancels what still runs after its own time limit; this is the last resort behind it.
                .shutdownGracePeriod(grace)
                .addFeature(health)
                .routing(routing);
        if (tls != null) {
            builder.tls(tls);
        }
        WebServer server = builder.build();
        server.start();
        if (!server.isRunning()) {
            throw new MayflyException.Conflict("can't listen on " + address + ":" + port
                    + ": it is in use, or no address of this machine; choose another port or address");
        }
        return new Listener(server, front);
    }

    int port() {
        return server.port();
    }

    /** From now on the next request of each connection is its last. */
    void drain() {
        front.drain();
    }

    /** Stops to listen, waits for requests that are being answered, and closes all connections. */
    @Override
    public void close() {
        server.stop();
    }
}
