package dev.mayfly.host;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mayfly.host.testing.Answer;
import dev.mayfly.host.testing.Guests;
import dev.mayfly.host.testing.TestHost;
import java.net.URLEncoder;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What browsers are told of functions whose deployment has {@code [cors]}. */
@Timeout(60)
final class CorsTest {
    private static final String APP = "https://app.example.com";

    @TempDir
    private Path folder;

    @SuppressWarnings("NullAway.Init")
    private TestHost host;

    @BeforeEach
    void start() throws Exception {
        host = TestHost.startPrivate(folder);
        deploy(
                "private",
                "{\"cors\":{\"origins\":[\"" + APP
                        + "\"],\"methods\":[\"PUT\",\"DELETE\"],\"headers\":[\"Authorization\"],\"max-age-s\":600}}");
        deploy("open", "{\"visibility\":\"public\",\"cors\":{\"origins\":[\"*\"]}}");
        deploy("silent", "{\"visibility\":\"public\"}");
    }

    @AfterEach
    void stop() {
        host.close();
    }

    @Test
    void theHostAnswersABrowsersQuestionWithoutAKeyAndWithoutTheFunction() throws Exception {
        Answer answer = ask("private", APP).expect(204);
        assertEquals(APP, answer.header("access-control-allow-origin"));
        assertEquals("DELETE, PUT", answer.header("access-control-allow-methods"));
        assertEquals("authorization", answer.header("access-control-allow-headers"));
        assertEquals("600", answer.header("access-control-max-age"));
        assertEquals("Origin", answer.header("vary"));
        assertEquals(0, host.invocations("private", "response"));
    }

    @Test
    void anOriginThatIsNotNamedIsAllowedNothing() throws Exception {
        for (String origin :
                new String[] {"https://evil.example.com", APP + ".evil.com", "http://app.example.com", "null"}) {
            assertEquals("", ask("private", origin).expect(204).header("access-control-allow-origin"), origin);
        }
        assertEquals("", ask("silent", APP).header("access-control-allow-origin"));
    }

    @Test
    void theResponseItselfSaysWhoMayReadItRefusalsIncluded() throws Exception {
        assertEquals(
                APP,
                host.send(host.request("/f/private/request")
                                .header("Origin", APP)
                                .header("Authorization", "Bearer " + host.key()))
                        .expect(200)
                        .header("access-control-allow-origin"));
        Answer refused = host.send(host.request("/f/private/request").header("Origin", APP));
        refused.problem(401, "unauthenticated");
        assertEquals(APP, refused.header("access-control-allow-origin"));
        assertEquals(
                "*",
                host.send(host.request("/f/open/request").header("Origin", APP))
                        .expect(200)
                        .header("access-control-allow-origin"));
        // Streamed.
        assertEquals(
                "*",
                host.send(host.request("/f/open/big-response?mib=1").header("Origin", APP))
                        .expect(200)
                        .header("access-control-allow-origin"));
        assertEquals("", host.get("/f/open/request").expect(200).header("access-control-allow-origin"));
    }

    @Test
    void whatIsNoCorsIsRefusedWhenItIsDeployed() throws Exception {
        for (String cors : new String[] {
            "{}",
            "{\"origins\":[]}",
            "{\"origins\":[\"app.example.com\"]}",
            "{\"origins\":[\"*\"],\"methods\":[\"a b\"]}",
            "{\"origins\":[\"*\"],\"max-age-s\":86401}",
            "{\"origins\":[\"*\"],\"colour\":[]}"
        }) {
            put("refused", "{\"cors\":" + cors + "}").problem(400, "invalid-config");
        }
    }

    private Answer ask(String function, String origin) throws Exception {
        return host.send(host.request("/f/" + function + "/request")
                .header("Origin", origin)
                .header("Access-Control-Request-Method", "PUT")
                .method("OPTIONS", BodyPublishers.noBody()));
    }

    private void deploy(String name, String manifest) throws Exception {
        put(name, manifest).expect(201);
    }

    private Answer put(String name, String manifest) throws Exception {
        return host.send(host.request(
                        "/v1/functions/" + name + "?manifest=" + URLEncoder.encode(manifest, StandardCharsets.UTF_8))
                .PUT(BodyPublishers.ofByteArray(Guests.bytes("probe"))));
    }
}
