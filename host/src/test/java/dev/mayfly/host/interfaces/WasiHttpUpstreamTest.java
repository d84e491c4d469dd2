package dev.mayfly.host.interfaces;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.host.Limits;
import dev.mayfly.host.testing.Answer;
import dev.mayfly.host.testing.Guests;
import dev.mayfly.host.testing.Raw;
import dev.mayfly.host.testing.TestHost;
import dev.mayfly.host.testing.Waiting;
import dev.mayfly.hostinterfaces.testing.RawUpstream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code wasi:http/outgoing-handler}: requests to upstreams that a function was granted, any number at once, and all of them gone with the invocation. */
@Timeout(60)
final class WasiHttpUpstreamTest {
    private static final String PLAIN = "http";
    private static final String WSTD = "http-wstd";
    private static final String OK = "HTTP/1.1 200 OK\r\nX-Up: 1\r\nContent-Length: 2\r\n\r\nok";

    @TempDir
    private Path folder;

    /** A host whose functions may call {@code origin}. */
    private ErrandHost hostFor(String origin, Limits limits) throws Exception {
        ErrandHost host = ErrandHost.start(
                folder,
                limits,
                "shop:\n  kind: http\n  allow-private-addresses: true\n  pool-size: 300\n  origin: " + origin + "\n");
        for (String guest : new String[] {PLAIN, WSTD}) {
            TestHost server = host.host();
            server.send(server.request("/v1/functions/" + guest + "?binding=shop")
                            .PUT(BodyPublishers.ofByteArray(Guests.bytes("wasi/" + guest))))
                    .expect(201);
        }
        return host;
    }

    private ErrandHost hostFor(RawUpstream upstream) throws Exception {
        return hostFor(upstream.origin().toString(), Limits.defaults());
    }

    private static Answer call(ErrandHost host, String path, RawUpstream upstream) throws Exception {
        return host.host().get("/f/" + PLAIN + path + "url=" + upstream.origin() + "/x");
    }

    /** Answers when so many requests are there. */
    private static RawUpstream.Conduct together(int count) {
        CountDownLatch here = new CountDownLatch(count);
        return (socket, in, out) -> {
            RawUpstream.readHead(in);
            here.countDown();
            try {
                if (here.await(20, TimeUnit.SECONDS)) {
                    out.write(OK.getBytes(StandardCharsets.ISO_8859_1));
                    RawUpstream.readHead(in);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
    }

    /** Says nothing, and waits until its client is gone. */
    private static RawUpstream silent() throws IOException {
        return new RawUpstream((socket, in, out) -> in.transferTo(OutputStream.nullOutputStream()));
    }

    @Test
    void anAnswerIsWhatTheUpstreamSent() throws Exception {
        try (RawUpstream upstream = RawUpstream.answering(OK);
                ErrandHost host = hostFor(upstream)) {
            assertEquals("200 ok\n", call(host, "/get?", upstream).expect(200).text());
            assertEquals("200 ok\n", call(host, "/get?", upstream).expect(200).text());
            assertEquals(1, upstream.accepted(), "the connection outlives the invocation");
            host.expectReleased();
        }
    }

    @Test
    void anOriginThatIsNotGrantedIsDenied() throws Exception {
        try (RawUpstream upstream = RawUpstream.answering(OK);
                RawUpstream other = RawUpstream.answering(OK);
                ErrandHost host = hostFor(upstream)) {
            assertEquals(
                    "ErrorCode::HttpRequestDenied\n",
                    call(host, "/get?", other).expect(200).text());
            assertEquals(0, other.accepted());
        }
    }

    @Test
    void anUpstreamThatCantBeReachedIsRefused() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        String origin = "http://127.0.0.1:" + port;
        try (ErrandHost host = hostFor(origin, Limits.defaults())) {
            assertEquals(
                    "ErrorCode::ConnectionRefused\n",
                    host.host()
                            .get("/f/" + PLAIN + "/get?url=" + origin + "/")
                            .expect(200)
                            .text());
        }
    }

    @Test
    void requestsThatAreBegunTogetherAreUnderWayTogether() throws Exception {
        try (RawUpstream upstream = new RawUpstream(together(20));
                ErrandHost host = hostFor(upstream)) {
            assertEquals(
                    "200 ok\n".repeat(20),
                    call(host, "/many?count=20&", upstream).expect(200).text());
            host.expectReleased();
        }
    }

    @Test
    void oneInvocationHasSoManyUnderWayAndTheyEndWithIt() throws Exception {
        try (RawUpstream upstream = silent();
                ErrandHost host = hostFor(upstream)) {
            String held = call(host, "/held?count=500&", upstream).expect(200).text();
            assertTrue(held.endsWith(" ErrorCode::ConnectionLimitReached\n"), held);
            int count = Integer.parseInt(held.substring(0, held.indexOf(' ')));
            assertTrue(count > 0 && count <= 200, held);
            host.expectReleased();
            Waiting.until("the upstream's connections are closed", () -> upstream.open() == 0);
        }
    }

    @Test
    void aRequestThatIsForgottenEndsWithTheInvocation() throws Exception {
        try (RawUpstream upstream = silent();
                ErrandHost host = hostFor(upstream)) {
            call(host, "/forget?", upstream).expect(200);
            host.expectReleased();
            Waiting.until("the upstream's connections are closed", () -> upstream.open() == 0);
        }
    }

    @Test
    void anUpstreamThatTakesLongerThanTheFunctionAllowsIsATimeoutInTime() throws Exception {
        try (RawUpstream upstream = silent();
                ErrandHost host = hostFor(upstream)) {
            long startNs = System.nanoTime();
            assertEquals(
                    "ErrorCode::ConnectionReadTimeout\n",
                    call(host, "/timeout?ms=150&", upstream).expect(200).text());
            long tookMs = (System.nanoTime() - startNs) / 1_000_000;
            assertTrue(tookMs >= 150 && tookMs < 3_000, "ms: " + tookMs);
            host.expectReleased();
            Waiting.until(
                    "it is among the binding's errors",
                    () -> host.host().metric("mayfly_operation_errors_total{binding=\"shop\",operation=\"http-begin\"}")
                            == 1);
        }
    }

    @Test
    void anUpstreamThatStopsInItsBodyIsATimeoutBetweenBytes() throws Exception {
        try (RawUpstream upstream = new RawUpstream((socket, in, out) -> {
                    RawUpstream.readHead(in);
                    out.write(
                            "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nbegun".getBytes(StandardCharsets.ISO_8859_1));
                    in.transferTo(OutputStream.nullOutputStream());
                });
                ErrandHost host = hostFor(upstream)) {
            String text = call(host, "/timeout?ms=150&", upstream).expect(200).text();
            assertTrue(text.startsWith("200 5 bytes, then Some(ErrorCode::ConnectionReadTimeout)"), text);
        }
    }

    @Test
    void anUpstreamThatIsSlowerThanTheInvocationIsStoppedWithIt() throws Exception {
        try (RawUpstream upstream = silent();
                ErrandHost host = hostFor(upstream)) {
            Answer answer =
                    host.within(300, host.host().request("/f/" + PLAIN + "/get?url=" + upstream.origin() + "/"));
            assertTrue(answer.status() == 504 || answer.text().contains("Timeout"), answer::text);
            host.expectReleased();
            Waiting.until("the upstream's connections are closed", () -> upstream.open() == 0);
        }
    }

    /** Sends each request's body back, as it comes, in chunks. */
    private static RawUpstream echoing() throws IOException {
        return new RawUpstream((socket, in, out) -> {
            for (String head = RawUpstream.readHead(in); !head.isEmpty(); head = RawUpstream.readHead(in)) {
                out.write(
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
                boolean chunked = head.toLowerCase(Locale.ROOT).contains("transfer-encoding: chunked");
                byte[] all = chunked ? chunks(in) : in.readNBytes(length(head));
                for (int at = 0; at < all.length; at += 8192) {
                    int size = Math.min(8192, all.length - at);
                    out.write((Integer.toHexString(size) + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
                    out.write(all, at, size);
                    out.write("\r\n".getBytes(StandardCharsets.ISO_8859_1));
                }
                out.write("0\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
            }
        });
    }

    private static int length(String head) {
        String lower = head.toLowerCase(Locale.ROOT);
        int at = lower.indexOf("content-length: ");
        return at < 0 ? 0 : Integer.parseInt(lower.substring(at + 16, lower.indexOf("\r\n", at)));
    }

    private static byte[] chunks(InputStream in) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        while (true) {
            StringBuilder size = new StringBuilder();
            for (int c = in.read(); c != '\n'; c = in.read()) {
                size.append((char) c);
            }
            int length = Integer.parseInt(size.toString().strip(), 16);
            all.write(in.readNBytes(length));
            in.readNBytes(2);
            if (length == 0) {
                return all.toByteArray();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {PLAIN, WSTD})
    void aProxyHandsOnBodiesBothWays(String guest) throws Exception {
        Limits limits = Limits.defaults().withRequestBodyBytesMax(64 << 20).withResponseBodyBytesMax(64 << 20);
        try (RawUpstream upstream = echoing();
                ErrandHost host = hostFor(upstream.origin().toString(), limits)) {
            for (int length : new int[] {0, 10, 3_000_000}) {
                byte[] body = new byte[length];
                new Random(length).nextBytes(body);
                Answer answer = host.host().post("/f/" + guest + "/proxy?url=" + upstream.origin() + "/x", body);
                assertArrayEquals(body, answer.expect(200).bytes(), "length " + length);
            }
            host.expectReleased();
        }
    }

    @Test
    void anAnswerThatBreaksOffIsAResponseCutOff() throws Exception {
        try (RawUpstream upstream = new RawUpstream((socket, in, out) -> {
                    RawUpstream.readHead(in);
                    out.write(
                            "HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
                    out.write(new byte[150_000]);
                });
                ErrandHost host = hostFor(upstream)) {
            assertThrows(IOException.class, () -> call(host, "/proxy?", upstream));
            host.expectReleased();
        }
    }

    @Test
    void aSlowClientHoldsItsUpstreamBackAndNotTheHostsMemory() throws Exception {
        Limits limits = Limits.defaults().withResponseBodyBytesMax(1 << 30).withDeadline(Duration.ofMinutes(1));
        AtomicInteger piecesSent = new AtomicInteger();
        try (RawUpstream upstream = new RawUpstream((socket, in, out) -> {
                    RawUpstream.readHead(in);
                    out.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n"
                            .getBytes(StandardCharsets.ISO_8859_1));
                    byte[] piece = new byte[1_000_000];
                    for (int i = 0; i < 1_000; i++) {
                        out.write(piece);
                        piecesSent.incrementAndGet();
                    }
                });
                ErrandHost host = hostFor(upstream.origin().toString(), limits)) {
            try (Socket client = host.host().connect()) {
                Raw.write(
                        client,
                        "GET /f/" + PLAIN + "/proxy?url=" + upstream.origin()
                                + "/x HTTP/1.1\r\nHost: localhost\r\n\r\n");
                assertEquals('H', client.getInputStream().read());
                int before = -1;
                while (piecesSent.get() != before) {
                    before = piecesSent.get();
                    Thread.sleep(300);
                }
                assertTrue(before < 100, "the upstream sent this many MB to a client that reads nothing: " + before);
            }
            host.host().expectNothingTaken();
            host.expectReleased();
        }
    }
}
