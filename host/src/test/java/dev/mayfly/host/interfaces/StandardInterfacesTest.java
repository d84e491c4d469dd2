package dev.mayfly.host.interfaces;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mayfly.host.Limits;
import dev.mayfly.host.config.HostConfiguration;
import dev.mayfly.host.testing.Guests;
import dev.mayfly.host.testing.TestHost;
import dev.mayfly.host.testing.Waiting;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a component imports of {@code wasi:keyvalue}, {@code wasi:messaging}, {@code wasi:config} and {@code wasi:logging} is the same as Mayfly's own. */
final class StandardInterfacesTest {
    @TempDir
    private Path folder;

    @SuppressWarnings("NullAway.Init")
    private TestHost host;

    @BeforeEach
    void start() throws Exception {
        Files.writeString(
                folder.resolve(HostConfiguration.FILE_NAME), "bindings: {cache: {kind: kv, provider: memory}}");
        host = TestHost.start(folder, Limits.defaults());
        host.send(host.request(
                                "/v1/functions/standards?binding=things%3Dcache&binding=orders%3Dtopic%3Aorders&config=greeting%3Dhi&config=zone%3Deu")
                        .PUT(BodyPublishers.ofByteArray(Guests.bytes("standards"))))
                .expect(201);
    }

    @AfterEach
    void stop() {
        host.close();
    }

    private String call(String path) throws Exception {
        return host.get("/f/standards" + path).expect(200).text();
    }

    @Test
    void aBucketIsABindingAndItsFunctionsAreTheStores() throws Exception {
        assertEquals("""
                absent None
                get Some([50])
                exists (true, false)
                get-many [Some(("b", [51])), None, Some(("c", []))]
                keys ["a", "b", "c"]
                increment (5, -2)
                current Some([50])
                swapped true
                changed meanwhile Some([52])
                swapped then true
                left []
                """, call("/keyvalue?bucket=things"));
    }

    @Test
    void aBucketThatWasNotGrantedIsNoStore() throws Exception {
        assertEquals("refused: Error::NoSuchStore\n", call("/keyvalue?bucket=cache"));
    }

    @Test
    void aMessageReachesWhoeverSubscribesToItsTopic() throws Exception {
        host.send(host.request("/v1/functions/errand?topic=orders&binding=events%3Dcache")
                        .PUT(BodyPublishers.ofByteArray(Guests.bytes("errand"))))
                .expect(201);
        assertEquals("""
                None None
                [110, 101, 119] Some("text/plain") Some([("a", "3"), ("c", "4")])
                sent
                """, call("/messaging?topic=orders"));
        String events = "/f/errand/kv/all-keys?store=events&prefix=event/";
        Waiting.until("the message came", () -> !host.get(events).text().isBlank());
        String seen = host.get("/f/errand/kv/get?store=events&key="
                        + host.get(events).text().strip())
                .expect(200)
                .text();
        for (String fact : List.of(
                "kind topic\n",
                "attribute a:3\n",
                "attribute c:4\n",
                "attribute content-type:text/plain\n",
                "payload new")) {
            assertTrue(seen.contains(fact), seen);
        }
    }

    @Test
    void aTopicThatWasNotGrantedIsDenied() throws Exception {
        String refused = call("/messaging?topic=others");
        assertTrue(refused.contains("refused: Error::PermissionDenied"), refused);
    }

    @Test
    void moreMessagesThanAnInvocationMayHaveEndIt() throws Exception {
        host.get("/f/standards/hoard").problem(500, "function-trapped");
    }

    @Test
    void theConfigurationIsTheDeployments() throws Exception {
        assertEquals("""
                Ok(Some("hi"))
                Ok(None)
                Ok([("greeting", "hi"), ("zone", "eu")])
                """, call("/config"));
    }

    @Test
    void aLoggingContextIsAField() throws Exception {
        call("/log");
        JsonNode lines = host.get("/v1/functions/standards/logs").json().path("lines");
        assertEquals(2, lines.size(), lines::toString);
        assertEquals("error", lines.get(0).path("level").asText());
        assertEquals("all is lost", lines.get(0).path("message").asText());
        assertEquals("billing", lines.get(0).path("fields").path("context").asText());
        assertTrue(lines.get(1).path("fields").isMissingNode(), lines::toString);
    }
}
