package dev.mayfly.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.host.testing.Answer;
import dev.mayfly.host.testing.Guests;
import dev.mayfly.host.testing.Raw;
import dev.mayfly.host.testing.TestHost;
import dev.mayfly.host.testing.Waiting;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ShutdownTest {
    @TempDir
    Path folder;

    private Host start(Duration drain) throws IOException, InterruptedException {
        Host host = Host.start(TestHost.config(folder).withDrain(drain));
        try (HttpClient client = HttpClient.newHttpClient()) {
            int status = client.send(
                            HttpRequest.newBuilder(URI.create(host.adminUri() + "/v1/functions/probe"))
                                    .header("Authorization", "Bearer " + TestHost.key(folder))
                                    .PUT(BodyPublishers.ofByteArray(Guests.bytes("probe")))
                                    .build(),
                            BodyHandlers.discarding())
                    .statusCode();
            assertEquals(201, status);
        }
        return host;
    }

    private static CompletableFuture<Answer> call(HttpClient client, Host host, String path) {
        return send(client, HttpRequest.newBuilder(URI.create(host.uri() + path)));
    }

    private static CompletableFuture<Answer> send(HttpClient client, HttpRequest.Builder request) {
        return client.sendAsync(request.build(), BodyHandlers.ofByteArray()).thenApply(Answer::new);
    }

    private void untilRunning(HttpClient client, Host host) throws Exception {
        Waiting.until(
                "the function runs",
                () -> send(
                                client,
                                HttpRequest.newBuilder(URI.create(host.adminUri() + "/observe/metrics"))
                                        .header("Authorization", "Bearer " + TestHost.key(folder)))
                        .get()
                        .text()
                        .contains("mayfly_engine_invocations_open 1.0"));
    }

    @ParameterizedTest
    @EnumSource(HttpClient.Version.class)
    void aRequestThatIsBeingAnsweredIsAnswered(HttpClient.Version version) throws Exception {
        Host host = start(Duration.ofSeconds(20));
        try (HttpClient client = TestHost.client(version)) {
            call(client, host, "/f/probe/request").get().expect(200);
            CompletableFuture<Answer> running = call(client, host, "/f/probe/sleep-busy?ms=1000");
            untilRunning(client, host);
            long startNs = System.nanoTime();
            host.close();
            assertTrue(
                    System.nanoTime() - startNs < Duration.ofSeconds(15).toNanos(), "it waits no longer than need be");
            assertEquals("done", running.get().expect(200).text());
        }
    }

    @Test
    void aFunctionThatStillRunsAfterTheTimeToDrainIsCancelled() throws Exception {
        Host host = start(Duration.ofMillis(300));
        try (HttpClient client = TestHost.client(HttpClient.Version.HTTP_1_1)) {
            CompletableFuture<Answer> running = call(client, host, "/f/probe/spin");
            untilRunning(client, host);
            long startNs = System.nanoTime();
            host.close();
            long tookNs = System.nanoTime() - startNs;
            assertTrue(tookNs >= Duration.ofMillis(300).toNanos(), "not before its time; tookNs=" + tookNs);
            assertTrue(tookNs < Duration.ofSeconds(5).toNanos(), "tookNs=" + tookNs);
            running.get().problem(503, "shutting-down");
        }
    }

    @Test
    void nothingIsAcceptedAnyMore() throws Exception {
        Host host = start(Duration.ofSeconds(1));
        URI uri = host.uri();
        host.close();
        try (HttpClient client = HttpClient.newHttpClient()) {
            assertThrows(
                    ConnectException.class,
                    () -> client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.discarding()));
        }
    }

    @Test
    void connectionsAtRestDoNotHoldItUp() throws Exception {
        Host host = start(Duration.ofSeconds(30));
        try (Socket used = new Socket(InetAddress.getLoopbackAddress(), host.port());
                Socket unused = new Socket(InetAddress.getLoopbackAddress(), host.port())) {
            Raw.write(used, "GET /f/probe/request HTTP/1.1\r\nHost: localhost\r\n\r\n");
            assertEquals(200, Raw.read(used.getInputStream()).status());
            long startNs = System.nanoTime();
            host.close();
            assertTrue(System.nanoTime() - startNs < Duration.ofSeconds(10).toNanos(), "closed at once");
            assertEquals(-1, used.getInputStream().read());
            assertTrue(unused.isConnected());
        }
    }

    @Test
    void aConnectionIsToldThatItsRequestWasTheLast() throws Exception {
        Host host = start(Duration.ofSeconds(20));
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), host.port());
                HttpClient client = HttpClient.newHttpClient()) {
            Raw.write(socket, "GET /f/probe/sleep-busy?ms=1000 HTTP/1.1\r\nHost: localhost\r\n\r\n");
            untilRunning(client, host);
            host.close();
            assertEquals(200, Raw.read(socket.getInputStream()).status());
            assertEquals(-1, socket.getInputStream().read());
        }
    }

    @Test
    void closingAgainDoesNothingAndTheFolderIsFree() throws Exception {
        Host host = start(Duration.ofSeconds(1));
        host.close();
        host.close();
        try (TestHost again = TestHost.start(folder, Limits.defaults())) {
            assertEquals(
                    "GET\n/request\nnone\n",
                    again.get("/f/probe/request").expect(200).text());
        }
    }
}
