package dev.mayfly.hostinterfaces.http;

import static dev.mayfly.hostinterfaces.http.UpstreamCalls.assertBodyFails;
import static dev.mayfly.hostinterfaces.http.UpstreamCalls.assertFails;
import static dev.mayfly.hostinterfaces.http.UpstreamCalls.awaitTrue;
import static dev.mayfly.hostinterfaces.http.UpstreamCalls.get;
import static dev.mayfly.hostinterfaces.http.UpstreamCalls.local;
import static dev.mayfly.hostinterfaces.http.UpstreamCalls.post;
import static dev.mayfly.hostinterfaces.http.UpstreamCalls.request;
import static dev.mayfly.hostinterfaces.http.UpstreamCalls.send;
import static dev.mayfly.hostinterfaces.http.UpstreamCalls.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.hostinterfaces.Body;
import dev.mayfly.hostinterfaces.Deadline;
import dev.mayfly.hostinterfaces.HostError;
import dev.mayfly.hostinterfaces.HostError.Kind;
import dev.mayfly.hostinterfaces.testing.RawUpstream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Upstreams that refuse, hang, trickle, break off and answer garbage: each gets its typed error, in time, and leaves no connection behind. */
class BadUpstreamTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    private static Deadline shortly() {
        return Deadline.in(Duration.ofMillis(300));
    }

    private static void assertInTime(Runnable call) {
        long start = System.nanoTime();
        call.run();
        long tookMs = (System.nanoTime() - start) / 1_000_000;
        assertTrue(tookMs >= 250 && tookMs < 2000, "ms until the deadline of 300: " + tookMs);
    }

    private static void assertUnavailable(String answer) throws IOException {
        try (RawUpstream server = new RawUpstream((socket, in, out) -> {
                    RawUpstream.readHead(in);
                    out.write(answer.getBytes(StandardCharsets.ISO_8859_1));
                });
                HttpUpstream upstream = new PooledUpstream(local(server.origin()))) {
            assertFails(Kind.UNAVAILABLE, () -> send(upstream, get("/")));
            assertEquals(0, upstream.connectionsOpen());
        }
    }

    private static void assertBodyBreaks(String answer) throws IOException {
        try (RawUpstream server = new RawUpstream((socket, in, out) -> {
                    RawUpstream.readHead(in);
                    out.write(answer.getBytes(StandardCharsets.ISO_8859_1));
                });
                HttpUpstream upstream = new PooledUpstream(local(server.origin()))) {
            assertBodyFails(Kind.UNAVAILABLE, send(upstream, get("/")));
            assertEquals(0, upstream.connectionsOpen());
        }
    }

    @Test
    void oneThatRefusesIsUnavailable() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        try (HttpUpstream upstream = new PooledUpstream(local(new Origin("http", "127.0.0.1", port)))) {
            assertFails(Kind.UNAVAILABLE, () -> send(upstream, get("/")));
            assertEquals(0, upstream.connectionsOpen());
        }
    }

    @Test
    void oneThatNeverAcceptsEndsAtTheDeadlineOrTheConnectTimeout() throws IOException {
        try (ServerSocket deaf = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            List<Socket> fill = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                fill.add(new Socket(deaf.getInetAddress(), deaf.getLocalPort()));
            }
            HttpUpstreamConfig config = local(new Origin("http", "127.0.0.1", deaf.getLocalPort()));
            try (HttpUpstream upstream = new PooledUpstream(config)) {
                assertInTime(() -> assertFails(Kind.TIMEOUT, () -> upstream.send(get("/"), shortly())));
            }
            try (HttpUpstream upstream = new PooledUpstream(config.withConnectTimeout(Duration.ofMillis(300)))) {
                assertInTime(() -> assertFails(Kind.UNAVAILABLE, () -> send(upstream, get("/"))));
            }
            for (Socket socket : fill) {
                socket.close();
            }
        }
    }

    @Test
    void oneThatHangsEndsAtTheDeadlineAndItsConnectionIsClosed() throws Exception {
        try (RawUpstream server = new RawUpstream((socket, in, out) -> in.transferTo(OutputStream.nullOutputStream()));
                HttpUpstream upstream = new PooledUpstream(local(server.origin()))) {
            assertInTime(() -> assertFails(Kind.TIMEOUT, () -> upstream.send(get("/"), shortly())));
            awaitTrue("the connection is closed", () -> upstream.connectionsOpen() == 0);
            awaitTrue("the server sees the connection closed", () -> server.open() == 0);
        }
    }

    @Test
    void oneThatTricklesItsHeadEndsAtTheDeadline() throws IOException {
        try (RawUpstream server = new RawUpstream((socket, in, out) -> {
                    RawUpstream.readHead(in);
                    RawUpstream.trickle(out, "HTTP/1.1 200 OK\r\nX-Long: ");
                });
                HttpUpstream upstream = new PooledUpstream(local(server.origin()))) {
            assertInTime(() -> assertFails(Kind.TIMEOUT, () -> upstream.send(get("/"), shortly())));
        }
    }

    @Test
    void oneThatTricklesItsBodyEndsAtTheDeadline() throws Exception {
        try (RawUpstream server = new RawUpstream((socket, in, out) -> {
                    RawUpstream.readHead(in);
                    out.write("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                    RawUpstream.trickle(out, "");
                });
                HttpUpstream upstream = new PooledUpstream(local(server.origin()))) {
            assertInTime(() -> assertBodyFails(Kind.TIMEOUT, upstream.send(get("/"), shortly())));
            awaitTrue("the connection is closed", () -> upstream.connectionsOpen() == 0);
        }
    }

    @Test
    void oneThatDoesNotReadTheBodyEndsAtTheDeadline() throws IOException {
        InputStream endless = new InputStream() {
            @Override
            public int read() {
                return 'x';
            }

            @Override
            public int read(byte[] bytes, int offset, int length) {
                return length;
            }
        };
        try (RawUpstream server = new RawUpstream((socket, in, out) -> {
                    try {
                        Thread.sleep(Duration.ofMinutes(1));
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
                HttpUpstream upstream = new PooledUpstream(local(server.origin()))) {
            assertInTime(() -> assertFails(
                    Kind.TIMEOUT, () -> upstream.send(request("PUT", "/", Body.of(endless, Body.UNKNOWN)), shortly())));
        }
    }

    @Test
    void oneThatResetsBeforeItsHeadIsUnavailable() throws IOException {
        try (RawUpstream server = new RawUpstream((socket, in, out) -> {
                    RawUpstream.readHead(in);
                    socket.setSoLinger(true, 0);
                });
                HttpUpstream upstream = new PooledUpstream(local(server.origin()))) {
            assertFails(Kind.UNAVAILABLE, () -> send(upstream, get("/")));
        }
    }

    @Test
    void oneThatResetsInMidBodyIsUnavailable() throws IOException {
        try (RawUpstream server = new RawUpstream((socket, in, out) -> {
                    RawUpstream.readHead(in);
                    out.write("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nfirst"
                            .getBytes(StandardCharsets.US_ASCII));
                    in.read();
                    socket.setSoLinger(true, 0);
                });
                HttpUpstream upstream = new PooledUpstream(local(server.origin()))) {
            HttpUpstream.Response response = send(upstream, get("/"));
            assertEquals("first", new String(response.body().stream().readNBytes(5), StandardCharsets.US_ASCII));
            server.hangUp();
            assertBodyFails(Kind.UNAVAILABLE, response);
        }
    }

    @Test
    void oneThatEndsInMidBodyIsUnavailable() throws IOException {
        assertBodyBreaks("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
        assertBodyBreaks("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhal");
        assertBodyBreaks("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nwhole\r\n");
        assertBodyBreaks("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nbad\n\r\n");
        assertBodyBreaks("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n");
    }

    @Test
    void oneThatAnswersGarbageIsUnavailable() throws IOException {
        assertUnavailable("");
        assertUnavailable("\u0000\u0001\u0002\u0003garbage without an end");
        assertUnavailable("SSH-2.0-OpenSSH_9.9\r\n");
        assertUnavailable("HTTP/1.1 okay fine\r\n\r\n");
        assertUnavailable("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n");
        assertUnavailable("HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n");
        assertUnavailable("HTTP/1.1 200 OK\r\nTransfer-Encoding: rot13\r\n\r\n");
    }

    @Test
    void oneThatAnswersGarbageAndStaysConnectedIsUnavailableAtOnce() throws IOException {
        Deadline late = Deadline.in(Duration.ofMinutes(5));
        for (String answer : List.of("SSH-2.0-OpenSSH_9.9\r\n", "\n\n\u0000\u0001\u0002\n", "HTTP/1.1 okay fine\r\n")) {
            try (RawUpstream server = RawUpstream.answering(answer);
                    HttpUpstream upstream = new PooledUpstream(local(server.origin()))) {
                assertTimeoutPreemptively(
                        Duration.ofSeconds(30),
                        () -> assertFails(Kind.UNAVAILABLE, () -> upstream.send(get("/"), late)));
                assertEquals(0, upstream.connectionsOpen());
            }
        }
    }

    @Test
    void aHeadThatIsTooLargeIsRefused() throws IOException {
        String longLine = "X-Long: " + "x".repeat(KeepAliveTransport.HEAD_LINE_BYTES_MAX) + "\r\n";
        String manyLines = "X-Many: x\r\n".repeat(KeepAliveTransport.HEADER_COUNT_MAX + 1);
        for (String headers : List.of(longLine, manyLines)) {
            try (RawUpstream server =
                            RawUpstream.answering("HTTP/1.1 200 OK\r\n" + headers + "Content-Length: 0\r\n\r\n");
                    HttpUpstream upstream = new PooledUpstream(local(server.origin()))) {
                assertTrue(assertFails(Kind.LIMIT_EXCEEDED, () -> send(upstream, get("/")))
                        .contains("response-head-max"));
            }
        }
    }

    @Test
    void anEndlessStreamOfInterimAnswersEndsAtTheDeadline() throws IOException {
        try (RawUpstream server = new RawUpstream((socket, in, out) -> {
                    RawUpstream.readHead(in);
                    while (true) {
                        out.write("HTTP/1.1 103 Early Hints\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                    }
                });
                HttpUpstream upstream = new PooledUpstream(local(server.origin()))) {
            assertInTime(() -> assertFails(Kind.TIMEOUT, () -> upstream.send(get("/"), shortly())));
        }
    }

    @Test
    void interimAnswersAreSkipped() throws IOException {
        try (RawUpstream server = RawUpstream.answering("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + OK);
                HttpUpstream upstream = new PooledUpstream(local(server.origin()))) {
            assertEquals("ok", text(send(upstream, get("/"))));
        }
    }

    @Test
    void aLengthBesidesChunksIsNoWayToSmuggleASecondAnswer() throws IOException {
        String both =
                "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nwhole\r\n0\r\n\r\n";
        try (RawUpstream server = RawUpstream.answering(both);
                HttpUpstream upstream = new PooledUpstream(local(server.origin()))) {
            for (int i = 0; i < 3; i++) {
                assertEquals("whole", text(send(upstream, get("/"))));
            }
        }
    }

    @Test
    void aHugeChunkStreams() throws IOException {
        long chunk = 512L << 20;
        try (RawUpstream server = new RawUpstream((socket, in, out) -> {
                    RawUpstream.readHead(in);
                    out.write(
                            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + Long.toHexString(chunk) + "\r\n")
                                    .getBytes(StandardCharsets.US_ASCII));
                    out.write(new byte[4096]);
                    RawUpstream.readHead(in);
                });
                HttpUpstream upstream = new PooledUpstream(local(server.origin()))) {
            try (Body body = send(upstream, get("/")).body()) {
                assertEquals(4096, body.stream().readNBytes(4096).length);
            }
        }
    }

    @Test
    void aNameThatDoesNotResolveIsUnavailable() {
        try (HttpUpstream upstream = new PooledUpstream(local(new Origin("http", "no-such-host.invalid", 80)))) {
            assertFails(Kind.UNAVAILABLE, () -> send(upstream, get("/")));
            assertEquals(0, upstream.connectionsOpen());
        }
    }

    @Test
    void aNameServerThatHangsEndsAtTheDeadline() {
        CheckedNames.Lookup hanging = host -> {
            try {
                Thread.sleep(Duration.ofMinutes(1));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            throw new UnknownHostException(host);
        };
        try (HttpUpstream upstream = new PooledUpstream(local(new Origin("http", "slow.example", 80)), hanging)) {
            assertInTime(() -> assertFails(Kind.TIMEOUT, () -> upstream.send(get("/"), shortly())));
        }
    }

    @Test
    void anIdempotentRequestOnAStaleConnectionIsSentOnceMore() throws Exception {
        AtomicInteger requests = new AtomicInteger();
        try (RawUpstream server = new RawUpstream((socket, in, out) -> {
                    // One answer, and whoever asks again on the same connection finds it closed.
                    if (!RawUpstream.readHead(in).isEmpty()) {
                        out.write(OK.getBytes(StandardCharsets.US_ASCII));
                        if (!RawUpstream.readHead(in).isEmpty()) {
                            requests.incrementAndGet();
                        }
                    }
                });
                HttpUpstream upstream = new PooledUpstream(local(server.origin()))) {
            assertEquals("ok", text(send(upstream, get("/"))));
            assertEquals("ok", text(send(upstream, get("/"))));
            assertEquals(2, server.accepted());
            assertEquals(1, requests.get());
            assertFails(Kind.UNAVAILABLE, () -> send(upstream, post("/", "not twice")));
            assertEquals(2, server.accepted());
        }
    }

    @Test
    void aFreshConnectionThatBreaksIsNotTriedAgain() throws IOException {
        try (RawUpstream server = new RawUpstream((socket, in, out) -> RawUpstream.readHead(in));
                HttpUpstream upstream = new PooledUpstream(local(server.origin()))) {
            assertFails(Kind.UNAVAILABLE, () -> send(upstream, get("/")));
            assertEquals(1, server.accepted());
        }
    }

    @Test
    void connectionsNeverPassThePoolsSizeAndWaitingForOneEndsAtTheDeadline() throws Exception {
        try (RawUpstream server = RawUpstream.answering(OK);
                HttpUpstream upstream =
                        new PooledUpstream(local(server.origin()).withPoolSize(3))) {
            List<HttpUpstream.Response> held = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                held.add(send(upstream, get("/")));
            }
            assertInTime(() -> assertTrue(assertFails(Kind.UNAVAILABLE, () -> upstream.send(get("/"), shortly()))
                    .contains("pool-size=3")));
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                List<Future<String>> waiting = new ArrayList<>();
                for (int i = 0; i < 200; i++) {
                    waiting.add(threads.submit(() -> text(send(upstream, get("/")))));
                }
                for (HttpUpstream.Response response : held) {
                    assertEquals("ok", text(response));
                }
                for (Future<String> answer : waiting) {
                    assertEquals("ok", answer.get());
                }
            }
            assertEquals(3, server.accepted());
            assertEquals(3, upstream.connectionsOpen());
        }
    }

    @Test
    void failuresLeakNoPlaceInThePool() throws IOException {
        AtomicInteger count = new AtomicInteger();
        try (RawUpstream server = new RawUpstream((socket, in, out) -> {
                    RawUpstream.readHead(in);
                    String[] answers = {"", "garbage\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", OK};
                    out.write(answers[count.getAndIncrement() % answers.length].getBytes(StandardCharsets.US_ASCII));
                });
                HttpUpstream upstream =
                        new PooledUpstream(local(server.origin()).withPoolSize(2))) {
            int good = 0;
            for (int i = 0; i < 40; i++) {
                try {
                    good += text(send(upstream, post("/", "x"))).equals("ok") ? 1 : 0;
                } catch (IOException | HostError e) {
                    assertFalse(String.valueOf(e.getMessage()).contains("pool-size"), e.getMessage());
                }
            }
            assertTrue(good >= 5, "answers: " + good);
        }
    }
}
