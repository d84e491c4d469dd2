package dev.mayfly.benchmarks.hostcalls;

import io.helidon.webserver.WebServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The upstream's process: an HTTP server with a virtual thread for each connection. It ends with its input.
 *
 * <pre>
 *   &lt;- http://127.0.0.1:port    once
 *   -&gt; connections
 *   &lt;- how many it got so far
 * </pre>
 */
public final class UpstreamMain {
    static final String SMALL = "/small";
    static final String LARGE = "/large";
    static final String CONNECTIONS = "connections";

    static final int SMALL_BYTES = 64;
    static final int LARGE_BYTES = 1 << 20;

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
                .connectionOptions(options -> options.tcpNoDelay(true))
                .routing(routing -> routing.any((request, response) -> {
                            ports.add(request.remotePeer().port());
                            response.next();
                        })
                        .get(SMALL, (request, response) -> response.send(small))
                        .get(LARGE, (request, response) -> response.send(large)))
                .build()
                .start();
        say("http://127.0.0.1:" + server.port());
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            say(line.equals(CONNECTIONS) ? String.valueOf(ports.size()) : "unknown: " + line);
        }
        server.stop();
    }

    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }
}
