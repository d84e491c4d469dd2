package dev.mayfly.benchmarks.hostcalls;

import dev.mayfly.host.AccessConfig;
import dev.mayfly.host.Host;
import dev.mayfly.host.HostConfig;
import dev.mayfly.hostinterfaces.Deadline;
import dev.mayfly.hostinterfaces.http.HttpUpstream;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A server's process: prints where it answers with what its upstream does, and ends with its input.
 *
 * <p>Arguments: {@code java} and the upstream's origin; or {@code function}, the origin, the component {@code fetch} and a data folder.
 */
public final class PipeMain {
    static final String JAVA = "java";
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
        try (HttpUpstream upstream = Upstream.client(origin, POOL_SIZE)) {
            WebServer server = WebServer.builder()
                    .host("127.0.0.1")
                    .port(0)
                    .shutdownHook(false)
                    .connectionOptions(options -> options.tcpNoDelay(true))
                    .routing(routing -> routing.post(UpstreamMain.LARGE, (request, response) -> {
                        // The load generator's, which nobody wants.
                        request.content().consume();
                        pipe(upstream, response);
                    }))
                    .build()
                    .start();
            announceAndWait(URI.create("http://127.0.0.1:" + server.port() + UpstreamMain.LARGE));
            server.stop();
        }
    }

    private static void pipe(HttpUpstream upstream, ServerResponse response) throws IOException {
        HttpUpstream.Response answer = upstream.send(
                new HttpUpstream.Request("GET", UpstreamMain.LARGE, List.of(), null), Deadline.in(DEADLINE));
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

    private static void function(String origin, Path component, Path data) throws IOException, InterruptedException {
        Path bindings = Files.writeString(
                Files.createTempFile("mayfly-bench-", ".yaml"),
                "bindings: {upstream: {kind: http, origin: '" + origin + "', allow-private-addresses: true}}");
        HostConfig config = HostConfig.defaults()
                .withPort(0)
                .withDataFolder(data)
                .withConfigFile(bindings)
                .withAccess(AccessConfig.defaults().withFunctionsPublic(true));
        try (Host host = Host.start(config);
                HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest deploy = HttpRequest.newBuilder(host.adminUri().resolve("/v1/functions/fetch?binding=upstream"))
                    .header(
                            "Authorization",
                            "Bearer "
                                    + Files.readString(data.resolve("admin.key"))
                                            .strip())
                    .PUT(HttpRequest.BodyPublishers.ofFile(component))
                    .build();
            HttpResponse<String> answer = client.send(deploy, HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 201) {
                throw new IOException("deploying the function: " + answer.statusCode() + " " + answer.body());
            }
            announceAndWait(host.uri().resolve("/f/fetch" + UpstreamMain.LARGE));
        } finally {
            Files.delete(bindings);
        }
    }

    private static void announceAndWait(URI uri) throws IOException {
        System.out.println(uri);
        System.out.flush();
        System.in.transferTo(OutputStream.nullOutputStream());
    }
}
