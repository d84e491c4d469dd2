package dev.mayfly.benchmarks.hostcalls;

import dev.mayfly.benchmarks.measure.ServerProcess;
import dev.mayfly.hostinterfaces.http.HttpUpstream;
import dev.mayfly.hostinterfaces.http.HttpUpstreamConfig;
import dev.mayfly.hostinterfaces.http.Origin;
import dev.mayfly.hostinterfaces.http.PooledUpstream;
import java.io.IOException;
import java.util.List;

/** The process that all calls end at, seen by whoever started it. Closing it ends the process. */
final class Upstream implements AutoCloseable {
    private final ServerProcess process;

    private Upstream(ServerProcess process) {
        this.process = process;
    }

    static Upstream start() throws IOException {
        return new Upstream(ServerProcess.start("upstream", UpstreamMain.class, List.of()));
    }

    /** {@code http://127.0.0.1:port} */
    String origin() {
        return process.address();
    }

    /** Connections it got so far. */
    int connections() throws IOException {
        return Integer.parseInt(process.ask(UpstreamMain.CONNECTIONS));
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
