package dev.mayfly.hostinterfaces.http;

import static dev.mayfly.hostinterfaces.http.UpstreamCalls.assertBodyFails;
import static dev.mayfly.hostinterfaces.http.UpstreamCalls.assertFails;
import static dev.mayfly.hostinterfaces.http.UpstreamCalls.get;
import static dev.mayfly.hostinterfaces.http.UpstreamCalls.header;
import static dev.mayfly.hostinterfaces.http.UpstreamCalls.post;
import static dev.mayfly.hostinterfaces.http.UpstreamCalls.request;
import static dev.mayfly.hostinterfaces.http.UpstreamCalls.send;
import static dev.mayfly.hostinterfaces.http.UpstreamCalls.text;
import static dev.mayfly.hostinterfaces.http.UpstreamCalls.with;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.hostinterfaces.Body;
import dev.mayfly.hostinterfaces.Deadline;
import dev.mayfly.hostinterfaces.HostError.Kind;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What holds of an upstream in every protocol, against a server that behaves. */
abstract class HttpUpstreamContract {
    private static final long BIG_BYTES = 64L << 20;

    private final AtomicLong uploaded = new AtomicLong();
    private final Semaphore slowMayAnswer = new Semaphore(0);
    private WebServer server;
    private HttpUpstreamConfig config;
    private HttpUpstream upstream;

    abstract HttpUpstreamConfig spoken(HttpUpstreamConfig config);

    @BeforeEach
    void start() {
        server = WebServer.builder()
                .host("127.0.0.1")
                .maxPayloadSize(2 * BIG_BYTES)
                // Its NIO socket of 4.4.0 loses what a slow reader doesn't take at once.
                .useNio(false)
                .connectionOptions(socket -> socket.tcpNoDelay(true))
                .routing(this::routes)
                .build()
                .start();
        config = spoken(UpstreamCalls.local(new Origin("http", "127.0.0.1", server.port())));
        upstream = new PooledUpstream(config);
    }

    @AfterEach
    void stop() {
        slowMayAnswer.release(1000);
        upstream.close();
        server.stop();
    }

    private void routes(HttpRouting.Builder routing) {
        routing.any("/hello", (request, response) -> response.send("hello"))
                .any("/echo", HttpUpstreamContract::echo)
                .any("/head/*", HttpUpstreamContract::describe)
                .any("/status/404", (request, response) -> response.status(404).send("nobody"))
                .any("/status/204", (request, response) -> response.status(204).send())
                .put("/upload", this::upload)
                .get("/download", (request, response) -> download(response))
                .get("/slow", (request, response) -> {
                    slowMayAnswer.acquire();
                    response.send("late");
                })
                .get(
                        "/home",
                        (request, response) -> response.status(302)
                                .header(HeaderNames.LOCATION, "/hello")
                                .send())
                .get(
                        "/loop",
                        (request, response) -> response.status(302)
                                .header(HeaderNames.LOCATION, "/loop")
                                .send())
                .post(
                        "/see",
                        (request, response) -> response.status(303)
                                .header(HeaderNames.LOCATION, "/hello")
                                .send())
                .post(
                        "/again",
                        (request, response) -> response.status(307)
                                .header(HeaderNames.LOCATION, "/hello")
                                .send());
    }

    private static void echo(ServerRequest request, ServerResponse response) throws IOException {
        byte[] body = request.content().inputStream().readAllBytes();
        response.header(
                HeaderNames.create("seen-length"),
                request.headers().first(HeaderNames.CONTENT_LENGTH).orElse("none"));
        response.send(body);
    }

    private static void describe(ServerRequest request, ServerResponse response) {
        StringBuilder seen = new StringBuilder(request.prologue().method().text())
                .append(' ')
                .append(request.path().rawPath())
                .append('?')
                .append(request.query().rawValue());
        request.headers()
                .forEach(header -> seen.append('\n')
                        .append(header.name().toLowerCase(java.util.Locale.ROOT))
                        .append('=')
                        .append(header.get()));
        response.send(seen.toString());
    }

    private void upload(ServerRequest request, ServerResponse response) throws IOException {
        byte[] piece = new byte[8192];
        InputStream in = request.content().inputStream();
        int read;
        while ((read = in.read(piece)) >= 0) {
            uploaded.addAndGet(read);
        }
        response.send("got it");
    }

    private static void download(ServerResponse response) throws IOException {
        try (OutputStream out = response.outputStream()) {
            byte[] piece = new byte[1 << 20];
            for (long sent = 0; sent < BIG_BYTES; sent += piece.length) {
                out.write(piece);
            }
        }
    }

    @Test
    void anAnswerHasStatusHeadersInLowerCaseAndBody() throws IOException {
        HttpUpstream.Response response = send(upstream, get("/status/404"));
        assertEquals(404, response.status());
        assertEquals("6", header(response, "content-length"));
        assertNull(header(response, "connection"));
        assertEquals(6, response.body().length());
        assertEquals("nobody", text(response));
    }

    @Test
    void anAnswerWithoutABodyHasAnEmptyOne() throws IOException {
        HttpUpstream.Response response = send(upstream, get("/status/204"));
        assertEquals(204, response.status());
        assertEquals("", text(response));
        assertEquals("", text(send(upstream, request("HEAD", "/hello", null))));
    }

    @Test
    void aRequestArrivesAsItWasWritten() throws IOException {
        HttpUpstream.Request request = with(get("/head/a%2Fb-%C3%A4?q=%20x&y=/z"), "X-Mine", "some\tvalue");
        String seen = text(send(upstream, request));
        assertTrue(seen.startsWith("GET /head/a%2Fb-%C3%A4?q=%20x&y=/z"), seen);
        assertTrue(seen.contains("x-mine=some\tvalue"), seen);
        assertTrue(seen.contains("user-agent=Mayfly"), seen);
        assertTrue(!seen.contains("accept-encoding"), seen);
    }

    @Test
    void aBodyOfKnownLengthIsSentWithItAndOneOfUnknownWithout() throws IOException {
        HttpUpstream.Response known = send(upstream, post("/echo", "abc"));
        assertEquals("3", header(known, "seen-length"));
        assertEquals("abc", text(known));
        Body unknown = Body.of(new ByteArrayInputStream(new byte[] {'x', 'y'}), Body.UNKNOWN);
        HttpUpstream.Response response = send(upstream, request("POST", "/echo", unknown));
        assertEquals("none", header(response, "seen-length"));
        assertEquals("xy", text(response));
    }

    @Test
    void aBodyThatIsShorterOrLongerThanItSaidIsInvalid() {
        for (int length : new int[] {2, 4}) {
            Body body = Body.of(new ByteArrayInputStream(new byte[] {'x', 'y', 'z'}), length);
            assertFails(Kind.INVALID, () -> send(upstream, request("POST", "/echo", body)));
        }
    }

    @Test
    void theBindingsHeadersAreAddedAndReplaceTheFunctions() throws IOException {
        try (HttpUpstream withKey =
                new PooledUpstream(config.withHeaders(List.of(Map.entry("Authorization", "Bearer secret"))))) {
            String seen = text(send(withKey, with(get("/head/x"), "authorization", "mine")));
            assertTrue(seen.contains("authorization=Bearer secret"), seen);
            assertTrue(!seen.contains("mine"), seen);
        }
    }

    @Test
    void sixtyFourMebibytesStreamBothWaysInASmallHeap() throws IOException {
        Runtime runtime = Runtime.getRuntime();
        InputStream zeros = new InputStream() {
            private long left = BIG_BYTES;

            @Override
            public int read() {
                return left-- > 0 ? 0 : -1;
            }

            @Override
            public int read(byte[] bytes, int offset, int length) {
                int read = (int) Math.min(left, length);
                left -= read;
                return read == 0 ? -1 : read;
            }
        };
        assertEquals("got it", text(send(upstream, request("PUT", "/upload", Body.of(zeros, BIG_BYTES)))));
        assertEquals(BIG_BYTES, uploaded.get());
        long most = 0;
        long read = 0;
        long before = held(runtime);
        try (Body body = send(upstream, get("/download")).body()) {
            byte[] piece = new byte[64 << 10];
            int count;
            while ((count = body.stream().read(piece)) >= 0) {
                read += count;
                if (read >= most + (16 << 20)) {
                    most = read;
                    long held = held(runtime) - before;
                    // The upstream is in this process too, and makes garbage between a collection and the look.
                    for (int more = 0; more < 10 && held >= 24 << 20; more++) {
                        held = held(runtime) - before;
                    }
                    assertTrue(held < 24 << 20, "bytes held at " + read + ": " + held);
                }
            }
        }
        assertEquals(BIG_BYTES, read);
    }

    private static long held(Runtime runtime) {
        System.gc();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    @Test
    void aThousandCallsInTurnUseOneConnection() throws IOException {
        for (int i = 0; i < 1000; i++) {
            assertEquals("hello", text(send(upstream, get("/hello"))));
        }
        assertEquals(1, upstream.connectionsOpen());
    }

    @Test
    void manyCallsAtOnceAllGetTheirOwnAnswer() throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<String>> answers = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                String body = "call " + i;
                answers.add(threads.submit(() -> text(send(upstream, post("/echo", body)))));
            }
            for (int i = 0; i < 500; i++) {
                assertEquals("call " + i, answers.get(i).get());
            }
        }
        assertTrue(upstream.connectionsOpen() <= config.poolSize());
    }

    @Test
    void theDeadlineEndsTheWaitForAnAnswer() throws IOException {
        long start = System.nanoTime();
        assertFails(Kind.TIMEOUT, () -> upstream.send(get("/slow"), Deadline.in(Duration.ofMillis(200))));
        long tookMs = (System.nanoTime() - start) / 1_000_000;
        assertTrue(tookMs >= 190 && tookMs < 3000, "ms: " + tookMs);
        assertEquals("hello", text(send(upstream, get("/hello"))));
    }

    @Test
    void aCallThatTimesOutDoesNotDisturbItsNeighbours() throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<String> neighbour = threads.submit(() -> text(send(upstream, get("/slow"))));
            UpstreamCalls.awaitTrue("a connection", () -> upstream.connectionsOpen() == 1);
            assertFails(Kind.TIMEOUT, () -> upstream.send(get("/slow"), Deadline.in(Duration.ofMillis(200))));
            assertEquals("hello", text(send(upstream, get("/hello"))));
            slowMayAnswer.release(2);
            assertEquals("late", neighbour.get());
        }
    }

    @Test
    void aPassedDeadlineSendsNothing() {
        assertFails(Kind.TIMEOUT, () -> upstream.send(get("/hello"), Deadline.in(Duration.ofMillis(-1))));
    }

    @Test
    void aBodyBeyondTheBindingsLimitIsRefused() throws IOException {
        try (HttpUpstream small = new PooledUpstream(config.withResponseBodyBytesMax(4))) {
            assertTrue(assertFails(Kind.LIMIT_EXCEEDED, () -> send(small, get("/hello")))
                    .contains("response-body-bytes-max=4"));
        }
        try (HttpUpstream small = new PooledUpstream(config.withResponseBodyBytesMax(1 << 20))) {
            assertBodyFails(Kind.LIMIT_EXCEEDED, send(small, get("/download")));
            assertEquals("hello", text(send(small, get("/hello"))));
        }
    }

    @Test
    void aBodyThatIsNotReadToItsEndDoesNotReachTheNextCall() throws IOException {
        for (int i = 0; i < 20; i++) {
            try (Body body = send(upstream, get("/download")).body()) {
                assertEquals(0, body.stream().read());
            }
            assertEquals("hello", text(send(upstream, get("/hello"))));
        }
        assertTrue(upstream.connectionsOpen() <= 2, "open: " + upstream.connectionsOpen());
    }

    @Test
    void aRedirectIsTheFunctionsUnlessTheBindingFollowsIt() throws IOException {
        HttpUpstream.Response response = send(upstream, get("/home"));
        assertEquals(302, response.status());
        assertEquals("/hello", header(response, "location"));
        response.body().close();
        try (HttpUpstream following = new PooledUpstream(config.withRedirects(2, Set.of()))) {
            assertEquals("hello", text(send(following, get("/home"))));
            assertEquals("hello", text(send(following, post("/see", "body"))));
            assertTrue(assertFails(Kind.LIMIT_EXCEEDED, () -> send(following, get("/loop")))
                    .contains("redirects-max=2"));
            HttpUpstream.Response again = send(following, post("/again", "a body is read once"));
            assertEquals(307, again.status());
            again.body().close();
        }
    }

    @Test
    void closingAnUpstreamEndsItsCalls() throws Exception {
        CountDownLatch sent = new CountDownLatch(1);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> call = threads.submit(() -> {
                sent.countDown();
                assertFails(Kind.UNAVAILABLE, () -> send(upstream, get("/slow")));
            });
            sent.await();
            UpstreamCalls.awaitTrue("a connection", () -> upstream.connectionsOpen() == 1);
            upstream.close();
            call.get();
        }
        assertFails(Kind.UNAVAILABLE, () -> send(upstream, get("/hello")));
    }
}
