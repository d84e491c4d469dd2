package dev.mayfly.host.interfaces;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.host.Limits;
import dev.mayfly.host.config.HostConfiguration;
import dev.mayfly.host.testing.Answer;
import dev.mayfly.host.testing.TestHost;
import dev.mayfly.host.testing.Waiting;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.net.InetAddress;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What functions for Momento, built from the published crates, do through bindings: caches, lists, topics, spawning, and requests. */
@Timeout(60)
final class MomentoBindingsTest {
    @TempDir
    private static Path folder;

    private static TestHost host;
    private static WebServer upstream;
    private static final CountDownLatch STOPPED = new CountDownLatch(1);
    private static final List<String> RECEIVED = new CopyOnWriteArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        upstream = WebServer.builder()
                .address(InetAddress.getLoopbackAddress())
                .routing(routing -> routing.any(MomentoBindingsTest::answer))
                .build()
                .start();
        Files.writeString(folder.resolve(HostConfiguration.FILE_NAME), """
                bindings:
                  sessions: {kind: kv, provider: memory}
                  disk: {kind: kv, provider: sqlite, file: disk.sqlite}
                  upstream: {kind: http, origin: '%s', allow-private-addresses: true}
                """.formatted(origin()));
        host = TestHost.start(folder, Limits.defaults());
        deploy("spawned", "spawned");
        deploy("events", "spawned", "topic=news");
        deploy("cache", "cache", "binding=sessions");
        deploy("list", "list", "binding=main%3Dsessions", "binding=disk", "config=__CACHE_NAME%3Dmain");
        deploy("disk", "list", "binding=disk");
        deploy(
                "topic",
                "topic",
                "binding=topic%3Anews",
                "binding=worker%3Dfunction%3Aspawned",
                "binding=function%3Alist");
        deploy("http", "http", "binding=upstream");
        deploy("log", "log", "binding=topic%3Anews");
        deploy("bare-cache", "cache");
        deploy("bare-http", "http");
    }

    @AfterAll
    static void stop() {
        host.close();
        STOPPED.countDown();
        upstream.stop();
    }

    @AfterEach
    void nothingIsTaken() throws Exception {
        host.expectNothingTaken();
    }

    private static String origin() {
        return "http://127.0.0.1:" + upstream.port();
    }

    private static void answer(ServerRequest request, ServerResponse response) {
        byte[] body = request.content().hasEntity() ? request.content().as(byte[].class) : new byte[0];
        StringBuilder received = new StringBuilder(request.prologue().method().text());
        received.append(' ').append(request.path().rawPath());
        received.append('?').append(request.query().rawValue());
        request.headers()
                .forEach(header ->
                        received.append('\n').append(header.name()).append(": ").append(header.get()));
        RECEIVED.add(received.toString());
        if (request.path().path().equals("/slow")) {
            await();
        }
        response.status(203).header("X-From", "upstream").send(body);
    }

    /** Nobody waits for this answer any more. */
    private static void await() {
        try {
            STOPPED.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void deploy(String name, String guest, String... settings) throws Exception {
        host.deployWith(name, "momento/" + guest, List.of(settings));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @Test
    void aCacheKeepsWhatItIsGiven() throws Exception {
        assertEquals(404, host.get("/f/cache/get?key=a").status());
        host.post("/f/cache/set?key=a", "value").expect(200);
        assertEquals("value", host.get("/f/cache/get?key=a").expect(200).text());
        host.post("/f/cache/delete?key=a", "").expect(200);
        assertEquals(404, host.get("/f/cache/get?key=a").status());
        byte[] large = new byte[500_000];
        large[499_999] = 7;
        host.post("/f/cache/set?key=large", large).expect(200);
        assertArrayEquals(large, host.get("/f/cache/get?key=large").expect(200).bytes());
    }

    @Test
    void aCachesKeysAreAnyBytes() throws Exception {
        host.post("/f/cache/set?key=0xff00", "bytes").expect(200);
        host.post("/f/cache/set?key=hex:ff00", "text").expect(200);
        assertEquals("bytes", host.get("/f/cache/get?key=0xff00").expect(200).text());
        assertEquals("text", host.get("/f/cache/get?key=hex:ff00").expect(200).text());
    }

    @Test
    void aValueIsGoneWhenItsTimeIsOver() throws Exception {
        host.post("/f/cache/set?key=short&ttl=200", "x").expect(200);
        Waiting.until("it is gone", () -> host.get("/f/cache/get?key=short").status() == 404);
        assertTrue(host.post("/f/cache/set?key=never&ttl=0", "x")
                .expect(500)
                .text()
                .contains("1 ms or more"));
    }

    @ParameterizedTest
    @CsvSource({
        "present, not stored, stored, stored",
        "absent, stored, not stored, not stored",
        "equal, not stored, stored, not stored",
        "not-equal, stored, not stored, stored",
        "absent-or-equal, stored, stored, not stored",
        "present-and-not-equal, not stored, not stored, stored"
    })
    void aValueIsSetIfItsConditionHolds(String when, String absent, String equal, String different) throws Exception {
        String path = "/f/cache/set-if?key=if-" + when + "&when=" + when + "&value=";
        host.post("/f/cache/delete?key=if-" + when, "").expect(200);
        assertEquals(absent, host.post(path + "a", "a").expect(200).text());
        host.post("/f/cache/set?key=if-" + when, "a").expect(200);
        assertEquals(equal, host.post(path + "a", "b").expect(200).text());
        host.post("/f/cache/set?key=if-" + when, "a").expect(200);
        assertEquals(different, host.post(path + "x", "c").expect(200).text());
    }

    @Test
    void aValueIsSetIfItsHashIsAsExpected() throws Exception {
        String path = "/f/cache/set-if-hash?key=hashed&when=";
        assertEquals("not stored", host.post(path + "equal", "a").expect(200).text());
        assertEquals(
                "stored", host.post(path + "absent-or-equal", "a").expect(200).text());
        assertEquals(
                "not stored", host.post(path + "not-equal", "b").expect(200).text());
        assertEquals("stored", host.post(path + "equal", "b").expect(200).text());
        assertEquals("b", host.get("/f/cache/get?key=hashed").expect(200).text());
    }

    @Test
    void aCacheThatIsntGrantedIsTheInterfacesError() throws Exception {
        String text = host.get("/f/bare-cache/get?key=a").expect(500).text();
        assertTrue(text.contains("PermissionDenied") && text.contains("no kv binding cache"), text);
    }

    @ParameterizedTest
    @CsvSource({"list", "disk"})
    void aListIsChangedAtEitherEndAndWithin(String function) throws Exception {
        List<String> lines =
                host.post("/f/" + function, "fruit").expect(200).text().lines().toList();
        assertEquals(
                List.of(
                        "missing",
                        "1",
                        "2",
                        "5",
                        "7",
                        "x y a b c d e",
                        "6",
                        "7",
                        "v w a b c d e",
                        "c d",
                        "",
                        "v of 7",
                        "e of 6",
                        "2",
                        "a b b b z",
                        "2",
                        "2",
                        "a z",
                        "2",
                        "missing"),
                lines);
    }

    @Test
    void whatIsPublishedReachesASpawnedFunction() throws Exception {
        int before = host.log("events").size();
        assertEquals(
                "Ok(())",
                host.post("/f/topic?topic=news", "published").expect(200).text());
        assertEquals(
                "Ok(())",
                host.post("/f/topic?topic=news&text=1", "texts").expect(200).text());
        Waiting.until("both came", () -> host.log("events").size() >= before + 4);
        assertTrue(host.log("events").contains("spawned with 9 bytes"));
        assertTrue(host.log("events").contains("published"), "the note of its success is logged");
        String refused = host.post("/f/topic?topic=other", "x").expect(200).text();
        assertTrue(refused.contains("PermissionDenied") && refused.contains("topic:other"), refused);
    }

    @Test
    void aFunctionIsSpawnedByItsBinding() throws Exception {
        assertEquals(
                "Ok(())",
                host.post("/f/topic?function=worker", "hello spawn").expect(200).text());
        Waiting.until("it ran", () -> host.log("spawned").contains("hello spawn"));
        for (String function : List.of("nobody", "list")) {
            String refused =
                    host.post("/f/topic?function=" + function, "x").expect(200).text();
            assertTrue(refused.contains("FunctionNotFound"), refused);
        }
    }

    @Test
    void aFailureOfASpawnedFunctionIsTriedAgain() throws Exception {
        host.post("/f/topic?function=worker", "note").expect(200);
        Waiting.until(
                "it was tried twice",
                () -> host.log("spawned").stream()
                                .filter("spawned with 4 bytes"::equals)
                                .count()
                        >= 2);
    }

    @Test
    void aRequestGoesToAnOriginThatIsGranted() throws Exception {
        String query = "verb=PUT&name=X-A&value=1&url=" + encoded(origin() + "/a/b?c=d");
        byte[] body = new byte[200_000];
        body[7] = 7;
        Answer answer = host.post("/f/http?" + query, body).expect(203);
        assertArrayEquals(body, answer.bytes());
        assertEquals("upstream", answer.header("x-from"));
        String received = RECEIVED.getLast();
        assertTrue(received.startsWith("PUT /a/b?c=d\n") && received.contains("X-A: 1"), received);
    }

    @Test
    void aRequestIsSigned() throws Exception {
        String url = encoded(origin() + "/bucket/key?x=1");
        host.post("/f/http?verb=POST&sign=s3&url=" + url, "body").expect(203);
        String received = RECEIVED.getLast();
        assertTrue(received.contains("Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/"), received);
        assertTrue(received.contains("/us-east-1/s3/aws4_request, SignedHeaders=host;"), received);
        assertTrue(received.contains("X-Amz-Date: "), received);
    }

    @Test
    void whatIsNoRequestIsTheInterfacesError() throws Exception {
        String url = "&url=" + encoded(origin() + "/");
        assertTrue(told("url=ftp%3A%2F%2Fa").startsWith("invalid url 'ftp://a'"));
        assertTrue(told("name=a+b" + url).startsWith("invalid header name 'a b'"));
        assertTrue(told("name=a&value=b%0Ac" + url).startsWith("invalid header value 'b\nc'"));
        assertTrue(told("verb=CONNECT" + url).startsWith("request error: invalid: "));
        assertTrue(told("role=arn" + url).contains("federated role"));
        assertTrue(told("url=http%3A%2F%2Fother.example").contains("no http binding for http://other.example:80"));
        assertTrue(told("ms=50&url=" + encoded(origin() + "/slow")).startsWith("request timed out: "));
        assertTrue(host.get("/f/bare-http?" + url).text().contains("no http binding"));
    }

    private static String told(String query) throws Exception {
        return host.get("/f/http?" + query).expect(502).text();
    }

    @Test
    void aLogGoesToATopicToo() throws Exception {
        assertEquals(
                "Ok(())", host.post("/f/log?topic=news", "a line").expect(200).text());
        assertEquals(
                3,
                host.log("log").stream().filter(line -> line.endsWith("a line")).count());
        Waiting.until(
                "both lines of info and above came",
                () -> host.log("events").stream()
                                .filter(line -> line.endsWith(" a line"))
                                .count()
                        == 2);
        assertTrue(host.post("/f/log?topic=other", "x").expect(200).text().startsWith("Err(Auth"));
        assertTrue(host.post("/f/log", "x").expect(200).text().contains("CloudWatch"));
    }
}
