package dev.mayfly.benchmarks.http;

import dev.mayfly.benchmarks.measure.Answers;
import dev.mayfly.client.DeployOptions;
import dev.mayfly.host.HostConfig;
import dev.mayfly.host.http.HeaderMappers;
import io.helidon.http.Status;
import io.helidon.webserver.WebServer;
import java.io.IOException;
import java.net.URI;
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
        // As the host has it: see Listener.
        HeaderMappers.find();
        WebServer server = WebServer.builder()
                .host("127.0.0.1")
                .port(0)
                .shutdownHook(false)
                // As the host has it, too.
                .useNio(false)
                .connectionOptions(options -> options.tcpNoDelay(true))
                .routing(routing -> routing.post(
                        "/echo",
                        (request, response) -> response.status(Status.OK_200)
                                .send(request.content().as(byte[].class))))
                .build()
                .start();
        Answers.giveUntilInputEnds(URI.create("http://127.0.0.1:" + server.port() + "/echo"));
        server.stop();
    }

    private static void mayfly(Path component, Path data) throws IOException {
        try (OpenHost host = OpenHost.start(HostConfig.defaults().withDataFolder(data))) {
            Answers.giveUntilInputEnds(host.deploy("echo", component, DeployOptions.DEFAULTS));
        }
    }
}
