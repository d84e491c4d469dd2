package dev.mayfly.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mayfly.host.testing.Answer;
import dev.mayfly.host.testing.Guests;
import dev.mayfly.host.testing.TestHost;
import java.net.URLEncoder;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Versions and aliases as whoever deploys and whoever calls sees them. */
final class VersionsTest {
    private static TestHost host;

    @BeforeAll
    static void start() {
        host = TestHost.start();
    }

    @AfterAll
    static void stop() {
        host.close();
    }

    /** What hello says through a path. */
    private static String said(String function) throws Exception {
        return host.get("/f/" + function + "/you").expect(200).text();
    }

    private static List<Integer> versions(String function) throws Exception {
        List<Integer> versions = new ArrayList<>();
        host.get("/v1/functions/" + function + "/versions")
                .expect(200)
                .json()
                .path("versions")
                .forEach(version -> versions.add(version.path("version").asInt()));
        return versions;
    }

    private static Answer alias(String function, String alias, String body) throws Exception {
        return host.put("/v1/functions/" + function + "/aliases/" + alias, body.replace('\'', '"'));
    }

    @Test
    void everyDeploymentIsAVersionAndTheLastOneIsLive() throws Exception {
        assertEquals(1, host.greet("numbered", "One", "live"));
        assertEquals(2, host.greet("numbered", "Two", "live"));
        assertEquals(List.of(2, 1), versions("numbered"));
        assertEquals("Two, you!\n", said("numbered"));
        assertEquals("One, you!\n", said("numbered:1"));
        assertEquals("Two, you!\n", said("numbered:2"));
        assertEquals("Two, you!\n", said("numbered@live"));
        JsonNode shown = host.get("/v1/functions/numbered").expect(200).json();
        assertEquals(2, shown.path("version").asInt());
        assertEquals(2, shown.at("/aliases/live/0/version").asInt());
        assertEquals("Two", shown.at("/settings/config/greeting").asText());
    }

    @Test
    void theSameDeploymentOnceMoreIsTheSameVersion() throws Exception {
        assertEquals(1, host.greet("again", "One", "live"));
        JsonNode before = host.get("/v1/functions/again").json();
        assertEquals(1, host.greet("again", "One", "live"));
        assertEquals(before, host.get("/v1/functions/again").json());
        host.greet("again", "Two", "live");
        assertEquals(1, host.greet("again", "One", "live"), "live goes back to it");
        assertEquals("One, you!\n", said("again"));
        assertEquals(List.of(2, 1), versions("again"));
    }

    @Test
    void aDeploymentTellsWhatItReplaced() throws Exception {
        host.greet("told", "One", "live");
        JsonNode answer = host.send(host.request("/v1/functions/told?config=greeting%3DTwo")
                        .PUT(BodyPublishers.ofByteArray(Guests.bytes("hello"))))
                .expect(200)
                .json();
        assertTrue(answer.path("versionCreated").asBoolean());
        assertEquals(1, answer.at("/replaced/version").asInt());
        assertEquals("One", answer.at("/replaced/config/greeting").asText());
        assertEquals(answer.path("digest"), answer.at("/replaced/digest"), "the component is the same");
        assertFalse(answer.path("versionDigest").equals(answer.at("/replaced/versionDigest")));
    }

    @Test
    void aVersionMayBeDeployedWithoutGettingPlainCalls() throws Exception {
        host.greet("quiet", "One", "live");
        assertEquals(2, host.greet("quiet", "Two", "next"));
        assertEquals(3, host.greet("quiet", "Three", ""));
        assertEquals("One, you!\n", said("quiet"));
        assertEquals("Two, you!\n", said("quiet@next"));
        assertEquals("Three, you!\n", said("quiet:3"));
        alias("quiet", "live", "{'targets': [{'version': 3}]}").expect(200);
        assertEquals("Three, you!\n", said("quiet"));
    }

    @Test
    void settingsComeAsOneDocument() throws Exception {
        String manifest = URLEncoder.encode("{\"config\": {\"greeting\": \"Hej & hej\"}}", StandardCharsets.UTF_8);
        host.send(host.request("/v1/functions/documented?manifest=" + manifest)
                        .PUT(BodyPublishers.ofByteArray(Guests.bytes("hello"))))
                .expect(201);
        assertEquals("Hej & hej, you!\n", said("documented"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"colour\":1}               | /colour is unknown",
                "{\"bindings\":{\"a b\":\"c\"}} | binding=a b is none",
                "{\"topics\":[7]}             | /topics/0 must be a text",
                "{                            | line 1",
            })
    void wrongSettingsAreRefusedWithTheirPlace(String manifest, String expected) throws Exception {
        JsonNode problem = host.send(host.request(
                                "/v1/functions/wrong?manifest=" + URLEncoder.encode(manifest, StandardCharsets.UTF_8))
                        .PUT(BodyPublishers.ofByteArray(Guests.bytes("hello"))))
                .problem(400, "invalid-config");
        assertTrue(problem.path("detail").asText().contains(expected), problem::toString);
        host.get("/v1/functions/wrong").problem(404, "not-found");
    }

    @Test
    void aManifestIsBounded() throws Exception {
        String manifest = "%7B%22config%22%3A%7B%22a%22%3A%22" + "v".repeat(16 << 10) + "%22%7D%7D";
        JsonNode problem = host.send(host.request("/v1/functions/wrong?manifest=" + manifest)
                        .PUT(BodyPublishers.ofByteArray(Guests.bytes("hello"))))
                .problem(400, "invalid-config");
        assertEquals("manifest-bytes-max", problem.path("limit").asText());
    }

    @Test
    void rollingBackGoesToTheVersionBeforeAndOnceMoreForthAgain() throws Exception {
        host.greet("back", "One", "live");
        host.post("/v1/functions/back/rollback", new byte[0]).problem(409, "conflict");
        host.greet("back", "Two", "live");
        host.greet("back", "Three", "live");
        JsonNode alias = host.post("/v1/functions/back/rollback", new byte[0])
                .expect(200)
                .json();
        assertEquals(2, alias.at("/targets/0/version").asInt());
        assertEquals("rolled back to version 2", alias.at("/history/0/reason").asText());
        assertEquals("deployed version 3", alias.at("/history/1/reason").asText());
        assertEquals("Two, you!\n", said("back"));
        host.post("/v1/functions/back/rollback?alias=live", new byte[0]).expect(200);
        assertEquals("Three, you!\n", said("back"));
        host.post("/v1/functions/back/rollback?alias=other", new byte[0]).problem(404, "not-found");
        host.post("/v1/functions/nothing/rollback", new byte[0]).problem(404, "not-found");
    }

    @Test
    void rollingBackEndsACanary() throws Exception {
        host.greet("ended", "One", "live");
        host.greet("ended", "Two", "next");
        alias("ended", "live", "{'targets': [{'version': 1, 'weight': 1}, {'version': 2, 'weight': 9999}]}")
                .expect(200);
        host.post("/v1/functions/ended/rollback", new byte[0]).expect(200);
        for (int i = 0; i < 20; i++) {
            assertEquals("One, you!\n", said("ended"));
        }
    }

    @Test
    void aCallerStaysOnOneVersionByHeaderOrCookie() throws Exception {
        host.greet("sticky", "One", "live");
        host.greet("sticky", "Two", "next");
        for (String sticky : List.of("header:X-User", "cookie:session")) {
            alias(
                            "sticky",
                            "live",
                            "{'targets': [{'version': 1, 'weight': 50}, {'version': 2, 'weight': 50}], 'sticky': '"
                                    + sticky + "'}")
                    .expect(200);
            boolean header = sticky.startsWith("header");
            Set<String> all = new HashSet<>();
            for (int caller = 0; caller < 20; caller++) {
                Set<String> heard = new HashSet<>();
                for (int i = 0; i < 10; i++) {
                    heard.add(host.send(host.request("/f/sticky/you")
                                    .header(
                                            header ? "x-user" : "cookie",
                                            header ? "u" + caller : "a=b; session=u" + caller))
                            .expect(200)
                            .text());
                }
                assertEquals(1, heard.size(), () -> "one caller heard " + heard);
                all.addAll(heard);
            }
            assertEquals(Set.of("One, you!\n", "Two, you!\n"), all);
        }
    }

    @Test
    void theHeaderChoosesWhereSettingsAllowIt() throws Exception {
        String selectable = "&manifest=%7B%22selectable%22%3Atrue%7D";
        host.greet("chosen", "One", "live" + selectable);
        host.greet("chosen", "Two", "next" + selectable);
        for (String[] expected : new String[][] {{"1", "One"}, {"2", "Two"}, {"next", "Two"}, {"live", "One"}}) {
            assertEquals(
                    expected[1] + ", you!\n",
                    host.send(host.request("/f/chosen/you").header("mayfly-version", expected[0]))
                            .expect(200)
                            .text());
        }
        for (String wrong : List.of("3", "other", "-1", "99999999999999999999")) {
            host.send(host.request("/f/chosen/you").header("mayfly-version", wrong))
                    .problem(404, "not-found");
        }
        host.greet("fixed", "One", "live");
        host.send(host.request("/f/fixed/you").header("mayfly-version", "1")).problem(403, "version-not-selectable");
    }

    @Test
    void theQueryChoosesWhereSettingsAllowIt() throws Exception {
        String selectable = "&manifest=%7B%22selectable%22%3Atrue%7D";
        host.greet("linked", "One", "live" + selectable);
        host.greet("linked", "Two", "next" + selectable);
        for (String[] expected : new String[][] {
            {"?mayfly-version=1", "One"},
            {"?mayfly-version=2", "Two"},
            {"?a=b&mayfly-version=next&c", "Two"},
            {"?mayfly-version=2&mayfly-version=1", "Two"},
            // Another parameter, and none.
            {"?x-mayfly-version=2", "One"},
            {"?x-mayfly-version=1&mayfly-version=2", "Two"},
            {"?mayfly-version", "One"},
            {"?Mayfly-Version=2", "One"},
        }) {
            assertEquals(
                    expected[1] + ", you!\n",
                    host.get("/f/linked/you" + expected[0]).expect(200).text(),
                    expected[0]);
        }
        for (String wrong : List.of("3", "other", "", "-1", "%32", "2%00", "99999999999999999999")) {
            host.get("/f/linked/you?mayfly-version=" + wrong).problem(404, "not-found");
        }
    }

    @Test
    void thePathCountsBeforeTheHeaderAndTheHeaderBeforeTheQuery() throws Exception {
        String selectable = "&manifest=%7B%22selectable%22%3Atrue%7D";
        for (String greeting : List.of("One", "Two", "Three")) {
            host.greet("ordered", greeting, "live" + selectable);
        }
        assertEquals(
                "Two, you!\n",
                host.send(host.request("/f/ordered/you?mayfly-version=1").header("Mayfly-Version", "2"))
                        .expect(200)
                        .text());
        assertEquals(
                "One, you!\n", host.get("/f/ordered:1/you?mayfly-version=2").text());
    }

    @Test
    void theQueryIsRefusedWhereSettingsDoNotAllowIt() throws Exception {
        host.greet("unlinked", "One", "live");
        JsonNode problem = host.get("/f/unlinked/you?mayfly-version=1").problem(403, "version-not-selectable");
        assertTrue(problem.path("detail").asText().contains("selectable = true"), problem::toString);
        // By the version that stands for the function, not by the one that is asked for.
        host.greet("unlinked", "Two", "next&manifest=%7B%22selectable%22%3Atrue%7D");
        host.get("/f/unlinked/you?mayfly-version=2").problem(403, "version-not-selectable");
    }

    @Test
    void theFunctionSeesHowItsVersionWasChosen() throws Exception {
        host.deploy("seen", "probe", "{'selectable': true}");
        String request =
                host.get("/f/seen/request?a=b&mayfly-version=1").expect(200).text();
        assertTrue(request.startsWith("GET\n/request\na=b&mayfly-version=1\n"), request);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "selected:2",
                "selected:0",
                "selected:01x",
                "selected:",
                "selected@",
                "selected@staging",
                "selected@live@live",
                "selected:99999999999999999999",
                "other:1",
                "other@live"
            })
    void whatIsNotThereIsNotFound(String segment) throws Exception {
        host.greet("selected", "One", "live");
        host.get("/f/" + segment).problem(404, "not-found");
    }

    @Test
    void aVersionIsRemovedUnlessAnAliasPointsToIt() throws Exception {
        host.greet("fewer", "One", "live");
        host.greet("fewer", "Two", "live");
        JsonNode problem = host.delete("/v1/functions/fewer/versions/2").problem(409, "conflict");
        assertTrue(problem.path("detail").asText().contains("live"), problem::toString);
        host.delete("/v1/functions/fewer/versions/1").expect(204);
        host.delete("/v1/functions/fewer/versions/1").problem(404, "not-found");
        host.delete("/v1/functions/fewer/versions/x").problem(404, "not-found");
        host.get("/f/fewer:1").problem(404, "not-found");
        assertEquals("Two, you!\n", said("fewer"));
        assertEquals(3, host.greet("fewer", "One", "live"), "no number is used again");
    }

    @Test
    void anAliasMayBeMadeMovedAndRemoved() throws Exception {
        host.greet("aliased", "One", "live");
        host.greet("aliased", "Two", "live");
        alias("aliased", "staging", "{'targets': [{'version': 1}]}").expect(200);
        assertEquals("One, you!\n", said("aliased@staging"));
        alias("aliased", "staging", "{'targets': [{'version': 2}]}").expect(200);
        assertEquals("Two, you!\n", said("aliased@staging"));
        JsonNode all = host.get("/v1/functions/aliased/aliases").expect(200).json();
        assertEquals(List.of("live", "staging"), all.path("aliases").findValuesAsText("name"));
        host.delete("/v1/functions/aliased/aliases/staging").expect(204);
        host.delete("/v1/functions/aliased/aliases/staging").problem(404, "not-found");
        host.get("/f/aliased@staging").problem(404, "not-found");
        host.delete("/v1/functions/aliased/aliases/live").expect(204);
        host.get("/f/aliased").problem(404, "not-found");
        assertEquals("Two, you!\n", said("aliased:2"));
        assertEquals(2, host.get("/v1/functions/aliased").json().path("version").asInt());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "nothing",
                "{'targets': []}",
                "{'targets': [{'version': 0}]}",
                "{'targets': [{'version': 1, 'weight': 0}]}",
                "{'targets': [{'version': 1, 'weight': 10001}]}",
                "{'targets': [{'version': 1}, {'version': 1}]}",
                "{'targets': [{'version': '1'}]}",
                "{'targets': [{'version': 1}], 'colour': 1}",
                "{'targets': [{'version': 1}], 'sticky': 'wind'}",
                "{'targets': [{'version': 1}], 'sticky': 'cookie:a b'}",
                "{'targets': [{'version': 1}], 'rollout': {'version': 1}}",
                "{'targets': [{'version': 1}, {'version': 2}], 'rollout': {'version': 2, 'errorRateMax': 1.5}}",
                "{'targets': [{'version': 1}, {'version': 2}], 'rollout': {'version': 2, 'promoteAfterMs': 0}}",
                "[[[[[[[[[[[["
            })
    void aWrongAliasIsRefusedAndChangesNothing(String body) throws Exception {
        host.greet("strict", "One", "live");
        host.greet("strict", "Two", "");
        alias("strict", "live", body).problem(400, "invalid-alias");
        assertEquals("One, you!\n", said("strict"));
    }

    @Test
    void anAliasPointsToVersionsThatAreThere() throws Exception {
        host.greet("there", "One", "live");
        alias("there", "live", "{'targets': [{'version': 2}]}").problem(404, "not-found");
        alias("nobody", "live", "{'targets': [{'version': 1}]}").problem(404, "not-found");
        for (String name : List.of("7", "UPPER", "a.b")) {
            alias("there", name, "{'targets': [{'version': 1}]}").problem(400, "invalid-alias");
        }
        alias("there", "live", " ".repeat(5_000)).problem(400, "invalid-alias");
    }

    @Test
    void functionsAreListedInPages() throws Exception {
        for (String name : List.of("page-a", "page-b", "page-c")) {
            host.greet(name, "One", "live");
        }
        JsonNode first =
                host.get("/v1/functions?after=page-&limit=2").expect(200).json();
        assertEquals(List.of("page-a", "page-b"), first.path("functions").findValuesAsText("name"));
        assertEquals("page-b", first.path("next").asText());
        JsonNode second =
                host.get("/v1/functions?after=page-b&limit=1").expect(200).json();
        assertEquals(List.of("page-c"), second.path("functions").findValuesAsText("name"));
        host.get("/v1/functions?limit=0").problem(400, "invalid-request");
        host.get("/v1/functions?limit=1001").problem(400, "invalid-request");
    }

    @Test
    void concurrentDeploymentsOfOneFunctionComeOneAfterTheOther() throws Exception {
        int count = 16;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Integer>> deployments = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                String greeting = "G" + i;
                deployments.add(() -> host.greet("contested", greeting, "live"));
            }
            Set<Integer> numbers = new HashSet<>();
            for (Future<Integer> deployed : threads.invokeAll(deployments)) {
                numbers.add(deployed.get());
            }
            assertEquals(count, numbers.size());
        }
        JsonNode alias =
                host.get("/v1/functions/contested/aliases/live").expect(200).json();
        List<String> reasons = alias.path("history").findValuesAsText("reason");
        for (int i = 0; i < count; i++) {
            assertEquals("deployed version " + (count - i), reasons.get(i));
        }
        assertEquals(said("contested:" + count), said("contested"), "the last to be numbered is live");
    }
}
