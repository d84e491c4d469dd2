package dev.mayfly.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.host.testing.Http2Client;
import dev.mayfly.host.testing.Raw;
import dev.mayfly.host.testing.TestHost;
import dev.mayfly.host.testing.Waiting;
import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A function that nobody waits for any more is cancelled, long before its deadline. */
class ClientGoneTest {
    private static TestHost host;

    @BeforeAll
    static void start() throws Exception {
        host = TestHost.start(Limits.defaults().withDeadline(Duration.ofMinutes(5)));
        host.deploy("probe", "probe");
        host.deploy("echo", "echo");
    }

    @AfterAll
    static void stop() {
        host.close();
    }

    @AfterEach
    void nothingIsTaken() throws Exception {
        host.expectNothingTaken();
    }

    private static void untilRunning() throws Exception {
        Waiting.until("the function runs", () -> host.metric("mayfly_engine_invocations_open") == 1);
    }

    private static double gone(String function) throws Exception {
        return host.invocations(function, "client-gone");
    }

    @Test
    void withTheConnection() throws Exception {
        double before = gone("probe");
        try (Socket socket = host.connect()) {
            Raw.write(socket, "GET /f/probe/spin HTTP/1.1\r\nHost: localhost\r\n\r\n");
            untilRunning();
        }
        Waiting.until("it was cancelled", () -> gone("probe") == before + 1);
        assertEquals("stopped: the client is gone", host.log("probe").getLast());
    }

    @Test
    void withAResetOfTheConnection() throws Exception {
        double before = gone("probe");
        try (Socket socket = host.connect()) {
            socket.setSoLinger(true, 0);
            Raw.write(socket, "POST /f/probe/spin HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello");
            untilRunning();
        }
        Waiting.until("it was cancelled", () -> gone("probe") == before + 1);
    }

    @Test
    void withAStreamOfHttp2WhoseNeighboursGoOn() throws Exception {
        double before = gone("probe");
        try (HttpClient client = TestHost.client(HttpClient.Version.HTTP_2)) {
            TestHost.send(client, host.request("/f/echo")).expect(200);
            CompletableFuture<?> spinning =
                    client.sendAsync(host.request("/f/probe/spin").build(), BodyHandlers.ofByteArray());
            untilRunning();
            // Resets the stream.
            spinning.cancel(true);
            Waiting.until("it was cancelled", () -> gone("probe") == before + 1);
            TestHost.send(client, host.request("/f/echo")).expect(200);
        }
    }

    @ParameterizedTest
    @EnumSource
    void withAStreamOfAConnectionThatIsHttp2FromItsFirstByteOn(Http2Client.Preface preface) throws Exception {
        double before = gone("probe");
        try (Socket socket = host.connect()) {
            Http2Client client = new Http2Client(socket, preface);
            client.get(1, "/f/probe/spin");
            client.get(3, "/f/probe/spin");
            client.flush();
            Waiting.until("both run", () -> host.metric("mayfly_engine_invocations_open") == 2);
            client.cancel(1);
            client.flush();
            Waiting.until("one was cancelled", () -> gone("probe") == before + 1);
            assertEquals(1, host.metric("mayfly_engine_invocations_open"));
        }
        Waiting.until("the other one was too", () -> gone("probe") == before + 2);
    }

    @Test
    void withAConnectionOfHttp2() throws Exception {
        double before = gone("probe");
        HttpClient client = TestHost.client(HttpClient.Version.HTTP_2);
        TestHost.send(client, host.request("/f/echo")).expect(200);
        CompletableFuture<?> spinning =
                client.sendAsync(host.request("/f/probe/spin").build(), BodyHandlers.ofByteArray());
        untilRunning();
        client.shutdownNow();
        Waiting.until("it was cancelled", () -> gone("probe") == before + 1);
        assertTrue(spinning.isDone() || spinning.cancel(true));
        client.close();
    }

    @Test
    void inTheMiddleOfItsBody() throws Exception {
        double before = gone("echo");
        try (Socket socket = host.connect()) {
            Raw.write(socket, "POST /f/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\nsome of it");
            Waiting.until("a slot waits for the body", () -> host.metric("mayfly_slots_in_use") == 1);
        }
        Waiting.until("the slot was given back", () -> host.metric("mayfly_slots_in_use") == 0);
        assertEquals(before + 1, gone("echo"));
    }

    @Test
    void inTheMiddleOfItsResponse() throws Exception {
        try (Socket socket = host.connect()) {
            Raw.write(socket, "GET /f/probe/append?bytes=50000000&chunk=1000000 HTTP/1.1\r\nHost: localhost\r\n\r\n");
            socket.getInputStream().readNBytes(1000);
            assertEquals(1, host.metric("mayfly_slots_in_use"), "the response does not fit any socket's buffer");
        }
        Waiting.until("the slot was given back", () -> host.metric("mayfly_slots_in_use") == 0);
    }

    @Test
    void inTheMiddleOfAnUpload() throws Exception {
        try (Socket socket = host.connectAdmin()) {
            Raw.write(
                    socket,
                    "PUT /v1/functions/half HTTP/1.1\r\nHost: localhost\r\n" + host.authorization()
                            + "Content-Length: 1000000\r\n\r\n\0asm");
        }
        host.get("/v1/functions/half").problem(404, "not-found");
    }

    @Test
    void butNotWhenItSendsTheNextRequestAlready() throws Exception {
        try (Socket socket = host.connect()) {
            InputStream in = socket.getInputStream();
            Raw.write(socket, "GET /f/probe/sleep-busy?ms=100 HTTP/1.1\r\nHost: localhost\r\n\r\n");
            untilRunning();
            Raw.write(socket, "GET /f/probe/request HTTP/1.1\r\nHost: localhost\r\n\r\n");
            assertEquals("done", Raw.read(in).text());
            assertEquals("GET\n/request\nnone\n", Raw.read(in).text());
        }
    }

    @Test
    void norWhenItSendsTheNextOneLongAfterALongCall() throws Exception {
        try (Socket socket = host.connect()) {
            InputStream in = socket.getInputStream();
            for (int i = 0; i < 3; i++) {
                // Long enough to be looked after; what the look reads ahead is the beginning of the next request.
                Raw.write(socket, "GET /f/probe/sleep-busy?ms=50 HTTP/1.1\r\nHost: localhost\r\n\r\n");
                assertEquals("done", Raw.read(in).text());
                Raw.write(socket, "POST /f/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc");
                assertEquals("abc", Raw.read(in).text());
            }
        }
    }
}
