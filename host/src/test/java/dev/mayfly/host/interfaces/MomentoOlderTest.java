package dev.mayfly.host.interfaces;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.host.Limits;
import dev.mayfly.host.config.HostConfiguration;
import dev.mayfly.host.testing.Answer;
import dev.mayfly.host.testing.TestHost;
import dev.mayfly.host.testing.Waiting;
import io.helidon.webserver.WebServer;
import java.net.InetAddress;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Functions of the crate {@code momento-functions}, whose interfaces are older than those of the crates that it was split into. */
@Timeout(60)
final class MomentoOlderTest {
    @TempDir
    private static Path folder;

    private static TestHost host;
    private static WebServer upstream;

    @BeforeAll
    static void start() throws Exception {
        upstream = WebServer.builder()
                .address(InetAddress.getLoopbackAddress())
                .routing(routing -> routing.get(
                        "/x",
                        (request, response) -> response.status(203)
                                .send("got "
                                        + request.headers().stream()
                                                .filter(header -> header.name().equalsIgnoreCase("x-b"))
                                                .count())))
                .build()
                .start();
        Files.writeString(folder.resolve(HostConfiguration.FILE_NAME), """
                bindings:
                  sessions: {kind: kv, provider: memory}
                  upstream: {kind: http, origin: '%s', allow-private-addresses: true}
                """.formatted(origin()));
        host = TestHost.start(folder, Limits.defaults());
        deploy("spawned", "older-spawned", "topic=news");
        deploy(
                "older",
                "older",
                "binding=sessions",
                "binding=upstream",
                "binding=topic%3Anews",
                "binding=worker%3Dfunction%3Aspawned");
    }

    @AfterAll
    static void stop() {
        host.close();
        upstream.stop();
    }

    @AfterEach
    void nothingIsTaken() throws Exception {
        host.expectNothingTaken();
    }

    private static String origin() {
        return "http://127.0.0.1:" + upstream.port();
    }

    private static void deploy(String name, String guest, String... settings) throws Exception {
        host.deployWith(name, "momento/" + guest, List.of(settings)).expect(201);
    }

    private static Answer post(String path, String body) throws Exception {
        return host.post("/f/older" + path, body);
    }

    @Test
    void aBodyIsHandedOverAsAWhole() throws Exception {
        for (String body : new String[] {"", "short", "x".repeat(300_000)}) {
            Answer answer = post("/echo", body).expect(201);
            assertEquals(body, answer.text());
            assertEquals("older", answer.header("x-kind"));
        }
    }

    @Test
    void aFunctionSeesItsRequestAndItsName() throws Exception {
        Answer answer = host.send(host.request("/f/older/head?a=%20b").header("X-A", "1"));
        assertEquals("GET Some(\"1\")  b older", answer.expect(200).text());
    }

    @Test
    void aCacheIsAKeyValueBinding() throws Exception {
        String text = post("/cache?key=k", "value").expect(200).text();
        assertEquals("SetIfResult::Stored SetIfResult::NotStored value true None", text);
    }

    @Test
    void aListKeepsAsManyAsItIsTold() throws Exception {
        assertEquals(
                "2 [\"b\", \"c\"]", post("/list?name=l", "a b c").expect(200).text());
    }

    @Test
    void requestsGoToBindings() throws Exception {
        String url = URLEncoder.encode(origin() + "/x", StandardCharsets.UTF_8);
        assertEquals("got 1", post("/get?url=" + url, "").expect(203).text());
        String refused = post("/get?url=http%3A%2F%2Fother.example", "").text();
        assertTrue(refused.contains("no http binding for http://other.example:80"), refused);
        assertTrue(post("/get?url=nowhere", "").text().contains("InvalidUrl"));
    }

    @Test
    void aTokenForCachesIsRefusedAsTheInterfaceSays() throws Exception {
        String text = post("/token", "").expect(200).text();
        assertTrue(text.startsWith("Err("), text);
    }

    @Test
    void functionsAreSpawnedAndToldOfTopics() throws Exception {
        post("/spawn?name=worker", "a payload").expect(200);
        post("/publish?topic=news", "some news").expect(200);
        Waiting.until(
                "both were handled",
                () -> host.log("spawned").contains("spawned with a payload")
                        && host.log("spawned").contains("spawned with some news"));
    }
}
