package dev.mayfly.benchmarks.http;

import dev.mayfly.benchmarks.measure.ServerProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;

/** A process with an echo server. Closing it ends the process. */
final class EchoServer implements AutoCloseable {
    private final ServerProcess process;

    private EchoServer(ServerProcess process) {
        this.process = process;
    }

    /** Starts {@link EchoServerMain} with {@code arguments} and sees to it that it echoes. */
    static EchoServer start(List<String> arguments) throws IOException {
        EchoServer server =
                new EchoServer(ServerProcess.start(arguments.getFirst() + "-echo", EchoServerMain.class, arguments));
        try {
            server.check();
            return server;
        } catch (IOException e) {
            try {
                server.close();
            } catch (IOException late) {
                e.addSuppressed(late);
            }
            throw e;
        }
    }

    URI uri() throws IOException {
        return URI.create(process.address());
    }

    private void check() throws IOException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(uri())
                    .POST(HttpRequest.BodyPublishers.ofString("echo me"))
                    .build();
            HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 200 || !answer.body().equals("echo me")) {
                throw new IOException(uri() + " does not echo: " + answer.statusCode() + " " + answer.body());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    @Override
    public void close() throws IOException {
        process.close();
    }
}
