package dev.mayfly.benchmarks.hostcalls;

import dev.mayfly.benchmarks.measure.ServerProcess;
import dev.mayfly.hostinterfaces.http.HttpUpstream;
import dev.mayfly.hostinterfaces.http.HttpUpstreamConfig;
import dev.mayfly.hostinterfaces.http.Origin;
import dev.mayfly.hostinterfaces.http.PooledUpstream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The process that all calls end at, seen by whoever started it. Closing it ends the process. */
public final class Upstream implements AutoCloseable {
    private final ServerProcess process;

    private Upstream(ServerProcess process) {
        this.process = process;
    }

    /** Starts it. */
    public static Upstream start() throws IOException {
        return new Upstream(ServerProcess.start("upstream", UpstreamMain.class, List.of()));
    }

    /** {@code http://127.0.0.1:port} */
    public String origin() throws IOException {
        return process.address();
    }

    /** Connections it got so far. */
    int connections() throws IOException {
        return (int) process.ask(UpstreamMain.CONNECTIONS);
    }

    /** Makes it the binding {@code upstream} of a host. */
    public static void declare(String origin, Path data) throws IOException {
        Files.writeString(
                data.resolve("mayfly.yaml"),
                "bindings: {upstream: {kind: http, origin: '" + origin + "', allow-private-addresses: true}}");
    }

    /** What a binding to it has behind it. */
    static HttpUpstream client(String origin, int poolSize) {
        return new PooledUpstream(
                HttpUpstreamConfig.of(Origin.of(origin)).withPoolSize(poolSize).withAllowPrivateAddresses(true));
    }

    @Override
    public void close() throws IOException {
        process.close();
    }
}
