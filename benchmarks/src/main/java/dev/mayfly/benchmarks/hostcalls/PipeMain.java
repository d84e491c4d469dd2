package dev.mayfly.benchmarks.hostcalls;

import dev.mayfly.benchmarks.http.OpenHost;
import dev.mayfly.benchmarks.measure.Answers;
import dev.mayfly.client.DeployOptions;
import dev.mayfly.host.HostConfig;
import dev.mayfly.host.http.HeaderMappers;
import dev.mayfly.hostinterfaces.Deadline;
import dev.mayfly.hostinterfaces.http.HttpUpstream;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A server's process that answers with what its upstream does.
 *
 * <p>Arguments: {@code java} and the upstream's origin; or {@code function}, the origin, the component {@code fetch} and a data folder.
 */
public final class PipeMain {
    /** Passes on what the upstream has at the same path. */
    public static final String JAVA = "java";

    static final String FUNCTION = "function";

    /** As a binding has by default. */
    private static final int POOL_SIZE = 64;

    /** As in Mayfly's own server. */
    private static final int PIECE_BYTES = 64 << 10;

    private static final Duration DEADLINE = Duration.ofSeconds(10);

    private PipeMain() {}

    /** See the class. */
    public static void main(String[] args) throws Exception {
        switch (args[0]) {
            case JAVA -> java(args[1]);
            case FUNCTION -> function(args[1], Path.of(args[2]), Path.of(args[3]));
            default -> throw new IllegalArgumentException("there is no server " + args[0]);
        }
    }

    private static void java(String origin) throws IOException {
        // As the host has it: see Listener.
        HeaderMappers.find();
        try (HttpUpstream upstream = Upstream.client(origin, POOL_SIZE)) {
            WebServer server = WebServer.builder()
                    .host("127.0.0.1")
                    .port(0)
                    .shutdownHook(false)
                    // As the host has it: see Listener. With it, large bodies would lose bytes.
                    .useNio(false)
                    .connectionOptions(options -> options.tcpNoDelay(true))
                    .routing(routing -> routing.any((request, response) -> {
                        // The load generator's, which nobody wants.
                        request.content().consume();
                        pipe(upstream, request.path().path(), response);
                    }))
                    .build()
                    .start();
            Answers.giveUntilInputEnds(URI.create("http://127.0.0.1:" + server.port()));
            server.stop();
        }
    }

    private static void pipe(HttpUpstream upstream, String path, ServerResponse response) throws IOException {
        HttpUpstream.Response answer =
                upstream.send(new HttpUpstream.Request("GET", path, List.of(), null), Deadline.in(DEADLINE));
        response.status(answer.status());
        response.headers().contentLength(answer.body().length());
        try (InputStream in = answer.body().stream();
                OutputStream out = response.outputStream()) {
            byte[] piece = new byte[PIECE_BYTES];
            for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
                out.write(piece, 0, read);
            }
        }
    }

    private static void function(String origin, Path component, Path data) throws IOException {
        Upstream.declare(origin, data);
        try (OpenHost host = OpenHost.start(HostConfig.defaults().withDataFolder(data))) {
            URI function = host.deploy("fetch", component, DeployOptions.DEFAULTS.withBinding("upstream", "upstream"));
            Answers.giveUntilInputEnds(URI.create(function + UpstreamMain.LARGE));
        }
    }
}
