package dev.mayfly.benchmarks.hostcalls;

import dev.mayfly.benchmarks.measure.Answers;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The upstream's process: an HTTP server with a virtual thread for each connection. It can be asked how many it got so far. */
public final class UpstreamMain {
    static final String SMALL = "/small";
    static final String LARGE = "/large";
    public static final String HUGE = "/huge";
    static final String CONNECTIONS = "connections";

    static final int SMALL_BYTES = 64;
    static final int LARGE_BYTES = 1 << 20;
    public static final int HUGE_BYTES = 100_000_000;

    private static final int PIECE_BYTES = 64 << 10;

    private UpstreamMain() {}

    /** See the class. */
    public static void main(String[] args) throws IOException {
        byte[] small = new byte[SMALL_BYTES];
        byte[] large = new byte[LARGE_BYTES];
        // No port comes twice: a run has fewer connections than there are ports for clients.
        Set<Integer> ports = ConcurrentHashMap.newKeySet();
        WebServer server = WebServer.builder()
                .host("127.0.0.1")
                .port(0)
                .shutdownHook(false)
                // As the host has it: see Listener. With it, large bodies would lose bytes.
                .useNio(false)
                .connectionOptions(options -> options.tcpNoDelay(true))
                .routing(routing -> routing.any((request, response) -> {
                            ports.add(request.remotePeer().port());
                            response.next();
                        })
                        .get(SMALL, (request, response) -> response.send(small))
                        .get(LARGE, (request, response) -> response.send(large))
                        .get(HUGE, (request, response) -> sendHuge(response)))
                .build()
                .start();
        Answers.giveUntilInputEnds(URI.create("http://127.0.0.1:" + server.port()), Map.of(CONNECTIONS, ports::size));
        server.stop();
    }

    private static void sendHuge(ServerResponse response) throws IOException {
        byte[] piece = new byte[PIECE_BYTES];
        response.headers().contentLength(HUGE_BYTES);
        try (OutputStream out = response.outputStream()) {
            for (int sent = 0; sent < HUGE_BYTES; sent += PIECE_BYTES) {
                out.write(piece, 0, Math.min(PIECE_BYTES, HUGE_BYTES - sent));
            }
        }
    }
}
