package dev.mayfly.benchmarks.http;

import dev.mayfly.benchmarks.measure.ChildProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;

/** A process with an echo server. Closing it ends the process. */
final class EchoServer implements AutoCloseable {
    private static final Duration STARTING_TIME_MAX = Duration.ofSeconds(60);

    private final ChildProcess process;
    private final URI uri;

    private EchoServer(ChildProcess process, URI uri) {
        this.process = process;
        this.uri = uri;
    }

    /** Starts {@link EchoServerMain} with {@code arguments} and sees to it that it echoes. */
    static EchoServer start(List<String> arguments) throws IOException {
        List<String> command = ChildProcess.java();
        command.add(EchoServerMain.class.getName());
        command.addAll(arguments);
        ChildProcess process = ChildProcess.start(arguments.getFirst() + "-echo", command);
        try {
            URI uri = URI.create(process.hear(STARTING_TIME_MAX));
            check(uri);
            return new EchoServer(process, uri);
        } catch (IOException e) {
            try {
                process.close();
            } catch (IOException late) {
                e.addSuppressed(late);
            }
            throw e;
        }
    }

    URI uri() {
        return uri;
    }

    private static void check(URI uri) throws IOException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(uri)
                    .POST(HttpRequest.BodyPublishers.ofString("echo me"))
                    .build();
            HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 200 || !answer.body().equals("echo me")) {
                throw new IOException(uri + " does not echo: " + answer.statusCode() + " " + answer.body());
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
