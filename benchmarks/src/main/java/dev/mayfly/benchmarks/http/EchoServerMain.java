package dev.mayfly.benchmarks.http;

import dev.mayfly.host.AccessConfig;
import dev.mayfly.host.Host;
import dev.mayfly.host.HostConfig;
import io.helidon.http.Status;
import io.helidon.webserver.WebServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A server's process: prints where it echoes, and ends with its input.
 *
 * <p>Arguments: {@code bare}, or {@code mayfly}, the component {@code echo} and a data folder.
 */
public final class EchoServerMain {
    private EchoServerMain() {}

    /** See the class. */
    public static void main(String[] args) throws Exception {
        switch (args[0]) {
            case "bare" -> bare();
            case "mayfly" -> mayfly(Path.of(args[1]), Path.of(args[2]));
            default -> throw new IllegalArgumentException("there is no server " + args[0]);
        }
    }

    /** The server that Mayfly's is built on, with the same settings, and nothing else. */
    private static void bare() throws IOException {
        WebServer server = WebServer.builder()
                .host("127.0.0.1")
                .port(0)
                .shutdownHook(false)
                // As the host has it: see HttpEndpoint.
                .useNio(false)
                .connectionOptions(options -> options.tcpNoDelay(true))
                .routing(routing -> routing.post(
                        "/echo",
                        (request, response) -> response.status(Status.OK_200)
                                .send(request.content().as(byte[].class))))
                .build()
                .start();
        announceAndWait(URI.create("http://127.0.0.1:" + server.port() + "/echo"));
        server.stop();
    }

    private static void mayfly(Path component, Path data) throws IOException, InterruptedException {
        HostConfig config = HostConfig.defaults()
                .withPort(0)
                .withDataFolder(data)
                .withAccess(AccessConfig.defaults().withFunctionsPublic(true));
        try (Host host = Host.start(config);
                HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest deploy = HttpRequest.newBuilder(host.adminUri().resolve("/v1/functions/echo"))
                    .header(
                            "Authorization",
                            "Bearer "
                                    + Files.readString(data.resolve("admin.key"))
                                            .strip())
                    .PUT(HttpRequest.BodyPublishers.ofFile(component))
                    .build();
            HttpResponse<String> answer = client.send(deploy, HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 201) {
                throw new IOException("deploying the echo function: " + answer.statusCode() + " " + answer.body());
            }
            announceAndWait(host.uri().resolve("/f/echo"));
        }
    }

    private static void announceAndWait(URI uri) throws IOException {
        System.out.println(uri);
        System.out.flush();
        System.in.transferTo(java.io.OutputStream.nullOutputStream());
    }
}
