package dev.mayfly.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mayfly.client.Alias;
import dev.mayfly.client.AliasRequest;
import dev.mayfly.client.AuditPage;
import dev.mayfly.client.AuditRecord;
import dev.mayfly.client.DeployOptions;
import dev.mayfly.client.Deployment;
import dev.mayfly.client.Function;
import dev.mayfly.client.FunctionActivity;
import dev.mayfly.client.HostJson;
import dev.mayfly.client.IssuedKey;
import dev.mayfly.client.Key;
import dev.mayfly.client.KeyRequest;
import dev.mayfly.client.ListedVersion;
import dev.mayfly.client.MayflyClient;
import dev.mayfly.client.MayflyClient.CallOrder;
import dev.mayfly.client.MayflyClientException;
import dev.mayfly.client.Receipt;
import dev.mayfly.client.Rollout;
import dev.mayfly.client.RolloutRule;
import dev.mayfly.client.Secret;
import dev.mayfly.client.Target;
import dev.mayfly.client.Tenant;
import dev.mayfly.host.testing.Guests;
import dev.mayfly.host.testing.TestHost;
import dev.mayfly.host.testing.Waiting;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The Java client against a real host: all that the admin API does, by typed methods. */
@Timeout(120)
final class MayflyClientTest {
    /** Other ways to call a function: any request can be given to callFunction. */
    private static final Set<String> CALLS = Set.of("callFunctionWithBody", "callTenantsFunction");

    @SuppressWarnings("NullAway.Init")
    private TestHost host;

    @SuppressWarnings("NullAway.Init")
    private MayflyClient client;

    @BeforeEach
    void start() {
        host = TestHost.start();
        client = client(host.key());
    }

    @AfterEach
    void stop() {
        client.close();
        host.close();
    }

    private MayflyClient client(String key) {
        return MayflyClient.builder(host.host().adminUri()).key(key).build();
    }

    @Test
    void theClientHasAMethodForEachOperationOfTheDocument() {
        Set<String> operations = new TreeSet<>();
        for (JsonNode path : client.describeApi().path("paths")) {
            path.findValuesAsText("operationId").forEach(operations::add);
        }
        operations.removeAll(CALLS);
        Set<String> methods = Arrays.stream(MayflyClient.class.getMethods())
                .filter(method -> method.getDeclaringClass() == MayflyClient.class)
                .map(Method::getName)
                .collect(Collectors.toCollection(TreeSet::new));
        methods.removeAll(Set.of("builder", "close", "callUri"));
        assertEquals(operations, methods);
    }

    @Test
    void aFunctionIsWarmedUpAndPurged() throws Exception {
        client.deployFunction(
                "warm", Guests.file("hello"), new DeployOptions("{\"warmup\":{\"when\":\"command\"}}", "live"));
        assertEquals("cold", client.showWarmup("warm").getFirst().state());
        client.buildWarmup("warm");
        Waiting.until(
                "it is warmed up",
                () -> client.showWarmup("warm").getFirst().state().equals("warmed"));
        assertTrue(Objects.requireNonNull(client.showWarmup("warm").getFirst().imageBytes()) > 0);
        client.purgeWarmup("warm");
        assertNull(client.showWarmup("warm").getFirst().image());
    }

    @Test
    void aFunctionIsDeployedFromAFileShownCalledAndRemoved() throws Exception {
        Deployment first = client.deployFunction(
                "hello", Guests.file("hello"), DeployOptions.DEFAULTS.withConfig("greeting", "Salut"));
        assertTrue(first.versionCreated());
        assertEquals(1, first.function().described().version());
        assertEquals(Map.of("greeting", "Salut"), first.function().described().config());
        Deployment second = client.deployFunction(
                "hello",
                Guests.file("hello"),
                DeployOptions.DEFAULTS
                        .withConfig("greeting", "Servus")
                        .withLimit("cpu-time", "500ms")
                        .withPublic(true));
        assertEquals(1, assertNotNullVersion(second));
        Function shown = client.showFunction("hello");
        assertEquals("hello", shown.name());
        assertEquals("default", shown.tenant());
        assertEquals(2, shown.described().version());
        assertEquals("public", shown.described().visibility());
        assertEquals(Map.of("cpu-time", "500ms"), shown.described().limits());
        assertEquals(Map.of("live", List.of(new Target(2, 100))), shown.aliases());
        assertEquals(host.host().uri() + "/f/hello", shown.url().toString());
        assertEquals(List.of(shown), client.listFunctions());
        URI uri = URI.create(client.callUri("hello:1") + "/Ada");
        HttpResponse<InputStream> answer = client.callFunction(HttpRequest.newBuilder(uri));
        try (InputStream body = answer.body()) {
            assertTrue(new String(body.readAllBytes(), StandardCharsets.UTF_8).contains("Salut"));
        }
        client.removeFunction("hello");
        assertEquals(List.of(), client.listFunctions());
    }

    private static int assertNotNullVersion(Deployment deployment) {
        assertNotNull(deployment.replaced());
        return deployment.replaced().version();
    }

    @Test
    void allPagesOfFunctionsAreListed() throws Exception {
        for (String name : List.of("a", "b", "c")) {
            host.deploy(name, "hello");
        }
        assertEquals("b", client.listFunctions("", 2).next());
        assertEquals(
                List.of("c"),
                client.listFunctions("b", 2).functions().stream()
                        .map(Function::name)
                        .toList());
        assertEquals(3, client.listFunctions().size());
    }

    @Test
    void whatTheHostSaysIsKeptInTheRecords() throws Exception {
        host.greet("hello", "Salut", "live");
        host.greet("hello", "Servus", "next");
        assertEquals(host.get("/v1/functions/hello").json(), written(client.showFunction("hello")));
        assertEquals(
                host.get("/v1/functions/hello/versions").json().path("versions"),
                written(client.listVersions("hello")));
        assertEquals(host.get("/v1/functions/hello/aliases/next").json(), written(client.showAlias("hello", "next")));
        assertEquals(host.get("/v1/keys").json().path("keys"), written(client.listKeys()));
        host.get("/f/hello").expect(200);
        Waiting.until(
                "there is a receipt",
                () -> !client.listCalls("hello", CallOrder.NEWEST).isEmpty());
        assertEquals(
                withoutTime(host.get("/v1/functions/hello/calls").json().path("calls")),
                withoutTime(written(client.listCalls("hello", CallOrder.NEWEST))));
    }

    /** Of a receipt's time the host knows only how long it is ago. */
    private static JsonNode withoutTime(JsonNode receipts) {
        receipts.forEach(receipt -> ((ObjectNode) receipt).remove("time"));
        return receipts;
    }

    private static JsonNode written(Object record) throws IOException {
        return HostJson.mapper().readTree(HostJson.mapper().writeValueAsBytes(record));
    }

    @Test
    void aliasesMoveByTypedRequests() throws Exception {
        host.greet("hello", "Salut", "live");
        host.greet("hello", "Servus", "");
        client.moveAlias("hello", "next", AliasRequest.of(2));
        Alias canary = client.moveAlias(
                "hello",
                "live",
                new AliasRequest(
                        List.of(new Target(1, 95), new Target(2, 5)),
                        "cookie:session",
                        new RolloutRule(2, 60_000, 0.01, 50.0, 10)));
        Rollout rollout = canary.rollout();
        assertNotNull(rollout);
        assertEquals(50.0, rollout.p99MaxMs());
        assertEquals("cookie:session", canary.sticky());
        assertEquals(2, canary.history().size());
        assertEquals(
                List.of(new Target(1, 100)), client.rollBack("hello", "live").targets());
        assertEquals(
                List.of("live", "next"),
                client.listAliases("hello").stream().map(Alias::name).toList());
        client.removeAlias("hello", "next");
        client.removeVersion("hello", 2);
        assertEquals(
                List.of(1),
                client.listVersions("hello").stream()
                        .map(ListedVersion::described)
                        .map(version -> version.version())
                        .toList());
    }

    @Test
    void keysTenantsAndSecretsAreManaged() throws Exception {
        client.addTenant("acme");
        assertEquals(
                List.of("acme", "default"),
                client.listTenants().stream().map(Tenant::name).sorted().toList());
        IssuedKey made = client.createKey(new KeyRequest("ci", List.of("read:hel*"), 60_000L, false));
        assertFalse(made.toString().contains(made.key()), "a key is in a record's text");
        try (MayflyClient reader = client(made.key())) {
            assertEquals(List.of(), reader.listFunctions());
        }
        IssuedKey rotated = client.rotateKey(made.described().id(), Duration.ZERO);
        client.revokeKey(rotated.described().id());
        assertTrue(client.listKeys().stream().map(Key::state).anyMatch("revoked"::equals));
        client.setSecret("token", "geheim".getBytes(StandardCharsets.UTF_8));
        client.rotateSecretsKey();
        assertEquals(
                List.of("token"),
                client.listSecrets().stream().map(Secret::name).toList());
        client.removeSecret("token");
        try (MayflyClient acme = MayflyClient.builder(host.host().adminUri())
                .key(host.key())
                .tenant("acme")
                .build()) {
            acme.setSecret("theirs", new byte[] {'x'});
            assertEquals(1, acme.listSecrets().size());
            assertEquals(
                    host.host().adminUri() + "/t/acme/f/hello@next",
                    acme.callUri("hello@next").toString());
        }
        client.removeTenant("acme");
        host.deploy("hello", "hello");
        assertEquals(
                List.of("invoke:hello"),
                client.createToken("hello", Duration.ofMinutes(1)).described().permissions());
        AuditPage audit = client.readAudit();
        assertTrue(audit.records().stream().map(AuditRecord::action).anyMatch("key.rotate"::equals));
        assertEquals(List.of(), client.readAudit(audit.next()).records());
    }

    @Test
    void theHostTellsHowItIs() throws Exception {
        host.deploy("hello", "hello");
        host.get("/f/hello").expect(200);
        assertTrue(client.checkHealth().isUp());
        assertTrue(client.readMetrics().contains("mayfly_slots_in_use"));
        assertEquals(List.of(), client.listBindings());
        assertEquals("greeting world", client.readLog("hello", 0).getLast().message());
        assertEquals(List.of(), client.readLog("hello", 1));
        assertEquals(0, client.showEvents("hello").dead());
        Waiting.until(
                "the call is counted",
                () -> client.showActivity().functions().stream()
                        .map(FunctionActivity::calls)
                        .anyMatch(calls -> calls == 1));
        List<Receipt> receipts = client.listCalls("hello", CallOrder.SLOWEST);
        assertEquals("response", receipts.getFirst().outcome());
        assertEquals(200, receipts.getFirst().status());
    }

    @Test
    void aRefusalHasTheProblemDocument() {
        MayflyClientException.Refused refused =
                assertThrows(MayflyClientException.Refused.class, () -> client.showFunction("nothing"));
        assertEquals("not-found", refused.problem().slug());
        assertEquals(404, refused.problem().status());
        assertTrue(String.valueOf(refused.getMessage()).startsWith("nothing was not shown: "), refused::getMessage);
        MayflyClientException.Refused none = assertThrows(
                MayflyClientException.Refused.class,
                () -> client.deployFunction(
                        "bad", HttpRequest.BodyPublishers.ofString("(nonsense)"), DeployOptions.DEFAULTS));
        assertEquals("not-a-component", none.problem().slug());
        assertEquals(
                "not-found",
                assertThrows(MayflyClientException.Refused.class, () -> client.retryEvent("hello", "none"))
                        .problem()
                        .slug());
        assertThrows(MayflyClientException.Refused.class, () -> client.discardEvent("hello", "none"));
        try (MayflyClient stranger = client("mf_wrong")) {
            assertEquals(
                    "unauthenticated",
                    assertThrows(MayflyClientException.Refused.class, stranger::readMetrics)
                            .problem()
                            .slug());
        }
    }

    @Test
    void whereNoHostAnswersItIsSaid() {
        try (MayflyClient lost =
                MayflyClient.builder(URI.create("http://127.0.0.1:1/")).build()) {
            MayflyClientException.Unreachable failure =
                    assertThrows(MayflyClientException.Unreachable.class, lost::listFunctions);
            assertFalse(failure.wasConnected());
            assertTrue(String.valueOf(failure.getMessage()).contains("no host answers"), failure::getMessage);
        }
    }
}
