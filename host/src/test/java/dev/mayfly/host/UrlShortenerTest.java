package dev.mayfly.host;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.mayfly.host.config.HostConfiguration;
import dev.mayfly.host.testing.Guests;
import dev.mayfly.host.testing.TestHost;
import dev.mayfly.host.testing.Waiting;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example {@code url-shortener}, on a store that lasts. */
final class UrlShortenerTest {
    private static final String LONG = "https://example.org/a/long/one?q=a%20b";

    @TempDir
    private Path folder;

    private TestHost host;

    @BeforeEach
    void start() throws Exception {
        Files.writeString(
                folder.resolve(HostConfiguration.FILE_NAME),
                "bindings: {links: {kind: kv, provider: sqlite, file: links.sqlite}}");
        host = TestHost.start(folder, Limits.defaults());
        host.send(host.request("/v1/functions/url-shortener?binding=links")
                        .PUT(BodyPublishers.ofByteArray(Guests.bytes("url-shortener"))))
                .expect(201);
    }

    @AfterEach
    void stop() {
        host.close();
    }

    private String shorten(String url, String query) throws Exception {
        return host.post("/f/url-shortener/" + query, url.getBytes(UTF_8))
                .expect(201)
                .text()
                .strip();
    }

    @Test
    void aCodeLeadsToItsUrlAndItsVisitsAreCounted() throws Exception {
        String code = shorten(LONG, "");
        for (int visit = 0; visit < 3; visit++) {
            assertEquals(LONG, host.get("/f/url-shortener/" + code).expect(302).header("location"));
        }
        assertEquals(
                code + " 3 " + LONG + "\n",
                host.get("/f/url-shortener").expect(200).text());
        assertNotEquals(code, shorten(LONG, ""), "each link is one's own");
    }

    @Test
    void aLinkWithATimeToLiveGoesAway() throws Exception {
        String code = shorten(LONG, "?ttl=1");
        Waiting.until(
                "the link expired", () -> host.get("/f/url-shortener/" + code).status() == 404);
        assertEquals("", host.get("/f/url-shortener").expect(200).text());
    }

    @Test
    void whatDoesNotLeadToTheWebIsRefused() throws Exception {
        host.post("/f/url-shortener", "javascript:alert(1)".getBytes(UTF_8)).problem(400, "function-invalid");
        host.get("/f/url-shortener/nowhere0").problem(404, "function-not-found");
    }
}
