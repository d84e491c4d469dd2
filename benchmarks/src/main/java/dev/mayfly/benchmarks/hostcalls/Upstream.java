package dev.mayfly.benchmarks.hostcalls;

import dev.mayfly.benchmarks.measure.ChildProcess;
import dev.mayfly.hostinterfaces.http.HttpUpstream;
import dev.mayfly.hostinterfaces.http.HttpUpstreamConfig;
import dev.mayfly.hostinterfaces.http.Origin;
import dev.mayfly.hostinterfaces.http.PooledUpstream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** The process that all calls end at, seen by whoever started it. Closing it ends the process. */
final class Upstream implements AutoCloseable {
    private static final Duration ANSWER_TIME_MAX = Duration.ofSeconds(60);

    private final ChildProcess process;
    private final String origin;

    private Upstream(ChildProcess process, String origin) {
        this.process = process;
        this.origin = origin;
    }

    static Upstream start() throws IOException {
        List<String> command = ChildProcess.java();
        command.add(UpstreamMain.class.getName());
        ChildProcess process = ChildProcess.start("upstream", command);
        try {
            return new Upstream(process, process.hear(ANSWER_TIME_MAX));
        } catch (IOException e) {
            try {
                process.close();
            } catch (IOException late) {
                e.addSuppressed(late);
            }
            throw e;
        }
    }

    /** {@code http://127.0.0.1:port} */
    String origin() {
        return origin;
    }

    /** Connections it got so far. */
    int connections() throws IOException {
        process.say(UpstreamMain.CONNECTIONS);
        return Integer.parseInt(process.hear(ANSWER_TIME_MAX));
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
