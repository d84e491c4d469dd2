package dev.mayfly.host.http;

import dev.mayfly.engine.MayflyException;
import dev.mayfly.host.HostConfig;
import dev.mayfly.host.Limits;
import dev.mayfly.host.bindings.Bindings;
import dev.mayfly.host.deploy.Deployer;
import dev.mayfly.host.deploy.Releases;
import dev.mayfly.host.invoke.Invoker;
import dev.mayfly.host.observe.HostHealth;
import dev.mayfly.host.observe.HostMetrics;
import dev.mayfly.hostinterfaces.messaging.EventQueue;
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
import io.helidon.webserver.observe.health.HealthObserver;
import java.time.Duration;
import java.util.Map;

/**
 * The web server: HTTP/1.1, and HTTP/2 in clear text by prior knowledge or upgrade, on one port.
 *
 * <p>Threads: any. Ownership: what it is given outlives it.
 */
public final class HttpEndpoint implements AutoCloseable {
    /** The web server lets a body past a limit this far, so that it is the host that says so, in its own words and without cutting the client off. */
    private static final long BODY_BYTES_TOLERATED = 64L << 20;

    /** Without another protocol the server asks ours before it reads a byte. Its builder has a method for that, which it doesn't heed (4.4.0). */
    private static final Config NO_OTHER_PROTOCOLS =
            Config.just(ConfigSources.create(Map.of("protocols-discover-services", "false")));

    /** A function may run as long as its deadline allows; a connection at rest for longer than this goes. */
    private static final Duration IDLE_MAX = Duration.ofMinutes(5);

    private final WebServer server;
    private final FrontRouting front;
    private final SlowClients slowClients;

    private HttpEndpoint(WebServer server, FrontRouting front, SlowClients slowClients) {
        this.server = server;
        this.front = front;
        this.slowClients = slowClients;
    }

    /**
     * Starts to listen.
     *
     * @throws MayflyException.Conflict when the port is in use
     * @throws MayflyException.Invalid when the address is none of this machine
     */
    public static HttpEndpoint start(
            HostConfig config,
            Invoker invoker,
            Deployer deployer,
            Releases releases,
            Bindings bindings,
            EventQueue queue,
            HostHealth health,
            HostMetrics metrics) {
        Limits limits = config.limits();
        SlowClients slowClients = new SlowClients(limits);
        FrontRouting front = new FrontRouting(new InvokeHandler(invoker, limits));
        Http1Config http1 = Http1Config.builder()
                .maxPrologueLength(limits.requestHeadBytesMax())
                .maxHeadersSize(limits.requestHeadBytesMax())
                .build();
        Http2Config http2 = Http2Config.builder()
                .maxHeaderListSize(limits.requestHeadBytesMax())
                .build();
        WebServer server = WebServer.builder()
                .config(NO_OTHER_PROTOCOLS)
                .host(config.address())
                .port(config.port())
                .shutdownHook(false)
                .featuresDiscoverServices(false)
                .addConnectionSelector(new ConnectionSelector(
                        Http1ConnectionSelector.builder()
                                .config(http1)
                                .addUpgrader(new ConnectionSelector.Upgrader(Http2Upgrader.create(http2)))
                                .build(),
                        Http2ConnectionSelector.builder().http2Config(http2).build(),
                        slowClients,
                        front))
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
                .shutdownGracePeriod(config.drain().plusSeconds(5))
                .addFeature(ObserveFeature.just(HealthObserver.builder()
                        .useSystemServices(false)
                        .details(true)
                        .addHealthChecks(health.checks())
                        .build()))
                .routing(routing -> routing(
                        routing, deployer, releases, bindings, queue, invoker, limits, new MetricsHandler(metrics)))
                .build();
        try {
            server.start();
        } catch (RuntimeException e) {
            slowClients.close();
            throw e;
        }
        if (!server.isRunning()) {
            slowClients.close();
            throw new MayflyException.Conflict("can't listen on " + config.address() + ":" + config.port()
                    + ": it is in use, or no address of this machine; choose another port or address");
        }
        return new HttpEndpoint(server, front, slowClients);
    }

    private static void routing(
            HttpRouting.Builder routing,
            Deployer deployer,
            Releases releases,
            Bindings bindings,
            EventQueue queue,
            Invoker invoker,
            Limits limits,
            MetricsHandler metrics) {
        routing.register(FunctionsService.PATH, new FunctionsService(deployer, releases, invoker.routes(), limits))
                .register(FunctionsService.PATH, new VersionsService(releases, invoker.routes()))
                .register(FunctionsService.PATH, new EventsService(queue, invoker.routes()))
                .get(BindingsService.PATH, new BindingsService(bindings, invoker.routes()))
                .get("/observe/metrics", metrics)
                .error(
                        MayflyException.class,
                        (request, response, e) -> Problem.of(e).send(response));
    }

    public int port() {
        return server.port();
    }

    /** Connections open at the moment. */
    public int connectionCount() {
        return slowClients.connectionCount();
    }

    /** Stops to listen, waits for requests that are being answered, and closes all connections. */
    @Override
    public void close() {
        front.drain();
        slowClients.drain();
        server.stop();
        slowClients.close();
    }
}
