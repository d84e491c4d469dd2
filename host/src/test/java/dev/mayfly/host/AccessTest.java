package dev.mayfly.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mayfly.host.access.FailedKeys;
import dev.mayfly.host.testing.Answer;
import dev.mayfly.host.testing.Guests;
import dev.mayfly.host.testing.Raw;
import dev.mayfly.host.testing.TestHost;
import dev.mayfly.host.testing.Waiting;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who may do what, over HTTP, on a host as an operator has it. */
@Timeout(120)
final class AccessTest {
    private static final String WRONG = "mf_" + "A".repeat(43);

    @TempDir
    private Path folder;

    @SuppressWarnings("NullAway.Init")
    private TestHost host;

    @BeforeEach
    void start() throws Exception {
        host = TestHost.startPrivate(folder);
        host.deploy("orders", "probe");
        host.upload("orders-open?manifest=%7B%22visibility%22%3A%22public%22%7D", Guests.bytes("probe"))
                .expect(201);
    }

    @AfterEach
    void stop() {
        host.close();
    }

    @Test
    void theOperatorsKeyIsWrittenForTheOperatorOnlyAndStaysTheSame() throws Exception {
        Path file = folder.resolve("admin.key");
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        assertEquals(
                "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("audit.log"))));
        String key = host.key();
        assertTrue(key.matches("mf_[A-Za-z0-9_-]{43}"), "not of that form");
        restart();
        assertEquals(key, host.key());
        host.get("/v1/functions").expect(200);
        assertFalse(
                new String(Files.readAllBytes(folder.resolve("catalog.sqlite")), StandardCharsets.ISO_8859_1)
                        .contains(key),
                "the key is in the catalog");
    }

    @Test
    void anEmptyFileGetsANewKeyWhenTheHostStarts() throws Exception {
        String lost = host.key();
        Files.writeString(folder.resolve("admin.key"), "");
        restart();
        assertNotEquals(lost, host.key());
        host.get("/v1/functions").expect(200);
    }

    @Test
    void theAdminApiWantsAKeyAndHasAPortOfItsOwn() throws Exception {
        for (String path :
                List.of("/v1/functions", "/v1/functions/orders", "/v1/keys", "/v1/none", "/observe/metrics")) {
            Answer refused = host.send(HttpRequest.newBuilder(host.uri(path)));
            refused.problem(401, "unauthenticated");
            assertEquals("Bearer realm=\"mayfly\"", refused.header("www-authenticate"));
        }
        host.send(HttpRequest.newBuilder(java.net.URI.create(host.host().uri() + "/v1/functions"))
                        .header("Authorization", "Bearer " + host.key()))
                .problem(404, "not-found");
        host.get("/observe/health").expect(200);
    }

    @Test
    void aFunctionIsPrivateUnlessItSaysOtherwise() throws Exception {
        host.get("/f/orders/request").problem(401, "unauthenticated");
        host.get("/f/orders-open/request").expect(200);
        host.get("/f/none").problem(401, "unauthenticated");
        call("/f/orders/request", host.key()).expect(200);
        call("/f/none", host.key()).problem(404, "not-found");
        // The other header.
        host.send(host.request("/f/orders/request").header("Mayfly-Key", host.key()))
                .expect(200);
    }

    @Test
    void noFunctionSeesTheKeyItIsCalledWith() throws Exception {
        String key = host.key();
        for (String function : List.of("orders", "orders-open")) {
            String seen = host.send(host.request("/f/" + function + "/headers")
                            .header("Mayfly-Key", key)
                            .header("Authorization", "Bearer " + key))
                    .expect(200)
                    .text();
            assertFalse(seen.contains("mf_"), seen);
            assertTrue(
                    call("/f/orders-open/headers", "something-of-the-functions-own")
                            .text()
                            .contains("authorization: Bearer something-of-the-functions-own"),
                    "its own is kept from it");
        }
    }

    @Test
    void wrongExpiredAndRevokedKeysAreRefusedInTheSameWords() throws Exception {
        String expired = create("{\"label\":\"e\",\"permissions\":[\"invoke\"],\"ttlMs\":1}")
                .path("key")
                .asText();
        JsonNode created = create("{\"label\":\"r\",\"permissions\":[\"invoke\"]}");
        String revoked = created.path("key").asText();
        call("/f/orders/request", revoked).expect(200);
        host.delete("/v1/keys/" + created.path("id").asText()).expect(204);
        host.delete("/v1/keys/" + created.path("id").asText()).problem(404, "not-found");
        Waiting.until("it has expired", () -> call("/f/orders/request", expired).status() == 401);
        String live = host.key();
        String almost = live.substring(0, 20) + (live.charAt(20) == 'A' ? 'B' : 'A') + live.substring(21);
        String tooShort = live.substring(0, live.length() - 1);
        // Where functions are called, and where they are managed.
        for (String path : List.of("/f/orders/request", "/v1/functions")) {
            Set<String> said = new HashSet<>();
            for (String key : List.of(WRONG, almost, tooShort, expired, revoked)) {
                Answer answer = host.send(adminRequest(path, key));
                answer.problem(401, "unauthenticated");
                said.add(withoutIdsAndDates(answer));
            }
            assertEquals(1, said.size(), said::toString);
        }
    }

    private static String withoutIdsAndDates(Answer answer) {
        ObjectNode problem = (ObjectNode) answer.json();
        problem.remove("instance");
        Map<String, List<String>> headers =
                new TreeMap<>(answer.response().headers().map());
        headers.keySet().removeAll(Set.of("date", "mayfly-invocation-id"));
        return answer.status() + " " + headers + " " + problem;
    }

    @Test
    void aKeyDoesWhatItsScopesSayForTheNamesTheySay() throws Exception {
        String invoke = key("invoke:orders");
        String read = key("read:orders-*");
        String deploy = key("deploy:orders-*");
        call("/f/orders/request", invoke).expect(200);
        // Whether or not there is one.
        for (String other : List.of("payments", "orders-open-2")) {
            call("/f/" + other, invoke).problem(403, "permission-denied");
        }
        call("/f/orders/request", read).problem(403, "permission-denied");
        call("/f/orders/request", deploy).problem(403, "permission-denied");
        admin("GET", "/v1/functions/orders-open", read).expect(200);
        admin("GET", "/v1/functions/orders", read).problem(403, "permission-denied");
        assertEquals(
                List.of("orders-open"),
                admin("GET", "/v1/functions", read)
                        .expect(200)
                        .json()
                        .path("functions")
                        .findValuesAsText("name"));
        admin("DELETE", "/v1/functions/orders-open", read).problem(403, "permission-denied");
        admin("GET", "/v1/functions", invoke).problem(403, "permission-denied");
        for (String key : List.of(invoke, read, deploy)) {
            admin("GET", "/v1/keys", key).problem(403, "permission-denied");
            admin("GET", "/v1/tenants", key).problem(403, "permission-denied");
            admin("GET", "/v1/audit", key).problem(403, "permission-denied");
            admin("GET", "/v1/secrets", key).problem(403, "permission-denied");
            admin("GET", "/observe/metrics", key).problem(403, "permission-denied");
            admin("GET", "/v1/functions?tenant=other", key).problem(403, "permission-denied");
        }
        admin("DELETE", "/v1/functions/orders", deploy).problem(403, "permission-denied");
        admin("DELETE", "/v1/functions/orders-open", deploy).expect(204);
    }

    @Test
    void whoMayDeployAFunctionMayChooseTheVersionItCalls() throws Exception {
        String deploy = create("{\"label\":\"d\",\"permissions\":[\"invoke:orders\",\"deploy:orders\"]}")
                .path("key")
                .asText();
        HttpRequest.Builder request = host.request("/f/orders/request").header("Mayfly-Version", "1");
        host.send(request.copy().header("Mayfly-Key", deploy)).expect(200);
        host.send(request.copy().header("Mayfly-Key", key("invoke:orders"))).problem(403, "version-not-selectable");
        call("/f/orders:1/request", key("invoke:orders")).expect(200);
        call("/f/orders@live/request", key("invoke:orders-*")).problem(403, "permission-denied");
        host.get("/f/orders:1/request").problem(401, "unauthenticated");
        host.get("/f/orders-open:1/request").expect(200);
    }

    @Test
    void whatAPublicFunctionDoesNotHaveEverybodyIsTold() throws Exception {
        host.get("/f/orders-open:9/request").problem(404, "not-found");
        host.get("/f/orders-open@next/request").problem(404, "not-found");
        host.get("/f/orders-open/request?mayfly-version=1").problem(403, "version-not-selectable");
        // Of a private one nobody learns anything.
        host.get("/f/orders:9/request").problem(401, "unauthenticated");
        host.get("/f/orders/request?mayfly-version=9").problem(401, "unauthenticated");
    }

    @Test
    void aTenantsAdminMakesNoKeysForTheHost() throws Exception {
        String admin = key("admin");
        host.send(adminRequest("/v1/keys", admin)
                        .POST(BodyPublishers.ofString(
                                "{\"label\":\"x\",\"permissions\":[\"admin\"],\"hostWide\":true}")))
                .problem(403, "permission-denied");
        String operators = host.get("/v1/keys")
                .expect(200)
                .json()
                .path("keys")
                .path(0)
                .path("id")
                .asText();
        host.send(adminRequest("/v1/keys/" + operators + "/rotate", admin).POST(BodyPublishers.noBody()))
                .problem(404, "not-found");
        admin("DELETE", "/v1/keys/" + operators, admin).problem(404, "not-found");
        assertFalse(admin("GET", "/v1/keys", admin).expect(200).text().contains(operators));
    }

    @Test
    void oneTenantDoesNotSeeAnothers() throws Exception {
        host.send(host.request("/v1/tenants/acme").PUT(BodyPublishers.noBody())).expect(201);
        String acme = create("/v1/keys?tenant=acme", "{\"label\":\"a\",\"permissions\":[\"admin\"]}")
                .path("key")
                .asText();
        host.send(adminRequest("/v1/functions/billing", acme).PUT(BodyPublishers.ofByteArray(Guests.bytes("probe"))))
                .expect(201);
        // The same name twice.
        host.send(adminRequest("/v1/functions/orders?config=greeting%3Dacme", acme)
                        .PUT(BodyPublishers.ofByteArray(Guests.bytes("probe"))))
                .expect(201);
        assertEquals(
                "acme",
                call("/t/acme/f/orders/config?name=greeting", acme).expect(200).text());
        call("/f/orders/config?name=greeting", host.key()).expect(404);
        call("/t/default/f/orders/request", host.key()).expect(200);
        call("/t/acme/f/billing/request", host.key()).expect(200);
        String own = key("admin");
        for (String path : List.of("/t/acme/f/billing", "/t/acme/f/none", "/t/none/f/none")) {
            call(path, own).problem(404, "not-found");
        }
        call("/f/orders", acme).problem(404, "not-found");
        admin("GET", "/v1/functions/billing", own).problem(404, "not-found");
        admin("GET", "/v1/functions/billing?tenant=acme", own).problem(403, "permission-denied");
        assertEquals(
                List.of("billing", "orders"),
                admin("GET", "/v1/functions", acme)
                        .expect(200)
                        .json()
                        .path("functions")
                        .findValuesAsText("name"));
        assertTrue(admin("GET", "/v1/functions/orders", acme)
                .json()
                .path("url")
                .asText()
                .endsWith("/t/acme/f/orders"));
        host.delete("/v1/tenants/acme").problem(409, "conflict");
        admin("DELETE", "/v1/functions/billing", acme).expect(204);
        admin("DELETE", "/v1/functions/orders", acme).expect(204);
        host.get("/v1/functions/orders").expect(200);
        host.delete("/v1/tenants/acme").expect(204);
        admin("GET", "/v1/functions", acme).problem(401, "unauthenticated");
        host.delete("/v1/tenants/default").problem(409, "conflict");
    }

    @Test
    void aBindingIsForTheTenantsThatItNames() throws Exception {
        Files.writeString(folder.resolve("mayfly.yaml"), """
                bindings:
                  own: {kind: kv, provider: memory}
                  acmes: {kind: kv, provider: memory, tenants: [acme]}
                """);
        restart();
        host.send(host.request("/v1/tenants/acme").PUT(BodyPublishers.noBody())).expect(201);
        bind("own", "default").expect(201);
        bind("acmes", "acme").expect(201);
        assertFalse(
                bind("own", "acme").problem(422, "unknown-binding").toString().contains("own\"]"));
        bind("acmes", "default").problem(422, "unknown-binding");
        assertEquals(
                List.of("acmes"),
                host.get("/v1/bindings?tenant=acme").json().path("bindings").findValuesAsText("name"));
        // A function of its own tenant, whether or not another tenant has one of that name.
        bind("function:orders", "acme").expect(200);
        Answer none = call("/t/acme/f/bound/function/call?function=binding&path=/", host.key());
        assertFalse(none.status() == 200, none::text);
    }

    private Answer bind(String binding, String tenant) throws Exception {
        return host.send(host.request("/v1/functions/bound?binding=binding%3D" + binding + "&tenant=" + tenant)
                .PUT(BodyPublishers.ofByteArray(Guests.bytes("errand"))));
    }

    @Test
    void aRotatedKeyGoesOnForAWhile() throws Exception {
        JsonNode old = create("{\"label\":\"ci\",\"permissions\":[\"invoke:orders\"]}");
        Answer rotated = host.post(
                        "/v1/keys/" + old.path("id").asText() + "/rotate",
                        "{\"overlapMs\":600000}".getBytes(StandardCharsets.UTF_8))
                .expect(201);
        String next = rotated.json().path("key").asText();
        call("/f/orders/request", old.path("key").asText()).expect(200);
        call("/f/orders/request", next).expect(200);
        call("/f/orders-open-2", next).problem(403, "permission-denied");
        host.post(
                        "/v1/keys/" + rotated.json().path("id").asText() + "/rotate",
                        "{\"overlapMs\":0}".getBytes(StandardCharsets.UTF_8))
                .expect(201);
        call("/f/orders/request", next).problem(401, "unauthenticated");
    }

    @Test
    void theFileFollowsTheOperatorsKey() throws Exception {
        String old = host.key();
        String id = host.get("/v1/keys").json().path("keys").path(0).path("id").asText();
        host.post("/v1/keys/" + id + "/rotate", new byte[0]).expect(201);
        assertNotEquals(old, host.key());
        host.get("/v1/functions").expect(200);
    }

    @Test
    void aTokenCallsOneFunctionForAShortTime() throws Exception {
        JsonNode token = create("/v1/functions/orders/tokens", "{\"ttlMs\":60000}");
        assertTrue(token.has("endsAt"), token::toString);
        call("/f/orders/request", token.path("key").asText()).expect(200);
        call("/f/orders-2/request", token.path("key").asText()).problem(403, "permission-denied");
        admin("GET", "/v1/functions/orders", token.path("key").asText()).problem(403, "permission-denied");
        host.post("/v1/functions/orders/tokens", "{\"ttlMs\":86400001}".getBytes(StandardCharsets.UTF_8))
                .problem(400, "invalid-request");
        host.send(adminRequest("/v1/functions/orders/tokens", key("read")).POST(BodyPublishers.noBody()))
                .problem(403, "permission-denied");
    }

    @Test
    void whoTriesManyKeysIsToldToWait() throws Exception {
        for (int i = 0; i < FailedKeys.FAILURE_COUNT_MAX; i++) {
            call("/f/orders", WRONG).problem(401, "unauthenticated");
        }
        Answer slowed = call("/f/orders", WRONG);
        slowed.problem(429, "too-many-failed-keys");
        assertTrue(Integer.parseInt(slowed.header("retry-after")) > 0);
        admin("GET", "/v1/functions", WRONG).problem(429, "too-many-failed-keys");
        // The others behind the same address go on.
        call("/f/orders/request", host.key()).expect(200);
        host.get("/f/orders-open/request").expect(200);
    }

    @Test
    void tricksWithNamesAndPathsReachNothing() throws Exception {
        String key = "Mayfly-Key: " + host.key() + "\r\n";
        for (String path : List.of(
                "/f/",
                "/f/..",
                "/f/../v1/functions",
                "/f/.%2e/v1/functions",
                "/f/%2e%2e/v1",
                "/f/orders%2Frequest",
                "/f/orders%00",
                "/f/orders%00.wasm/request",
                "/f/Orders",
                "/f/%D0%BErders",
                "/f/\u00f6rders",
                "/f/orders%EF%BC%8E",
                "/f/orders;a=b",
                "/f/orders\\request",
                "/f/" + "a".repeat(10_000),
                "/t/acme/f/../../f/orders",
                "/t/../f/orders",
                "/t/%64efault/f/orders",
                "/t/default/f/",
                "/t/default/v1/functions",
                "/t//f/orders",
                "/t/default/f//orders",
                "/t/" + "a".repeat(10_000) + "/f/orders",
                "//f/orders",
                "/./f/orders",
                "/F/orders")) {
            Raw.Response response;
            try (var socket = host.connect()) {
                Raw.write(socket, "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + key + "\r\n");
                response = Raw.read(socket.getInputStream());
            }
            String shown = path.substring(0, Math.min(path.length(), 40));
            assertTrue(response.status() == 400 || response.status() == 404, shown + " -> " + response.status());
            assertTrue(response.text().contains("urn:mayfly:problem:"), shown + " -> " + response.text());
        }
        for (String path : List.of(
                "/v1/functions/../keys",
                "/v1/%66unctions",
                "/v1/functions/orders%2Flogs",
                "/v1//keys",
                "//v1/keys",
                "/v1/./keys")) {
            Raw.Response response = Raw.send(host, "GET " + path, new byte[0]);
            assertTrue(response.status() == 400 || response.status() == 404, path + " -> " + response.status());
        }
    }

    @Test
    void noFormOfAPathGoesAroundTheKey() throws Exception {
        for (String target : List.of(
                "/v1/keys",
                "//v1/keys",
                "/v1//keys",
                "/v1/keys/",
                "/V1/keys",
                "http://localhost/v1/keys",
                "http://localhost//v1/keys",
                "*",
                "v1/keys",
                "/v1/keys?a=/observe/health",
                "/observe/health/../../v1/keys",
                "/observe/healthy",
                "/observe//metrics")) {
            try (var socket = host.connectAdmin()) {
                Raw.write(socket, "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
                Raw.Response response = Raw.read(socket.getInputStream());
                assertTrue(response.status() >= 400, target + " -> " + response.status());
                assertFalse(response.text().contains("admin.key"), target);
            }
        }
    }

    @Test
    void everyActionIsInTheAuditLogBeforeItIsAnswered() throws Exception {
        String ci = key("deploy:orders-*");
        admin("DELETE", "/v1/functions/orders-open", ci).expect(204);
        admin("DELETE", "/v1/functions/orders", ci).problem(403, "permission-denied");
        admin("DELETE", "/v1/functions/orders", WRONG).problem(401, "unauthenticated");
        List<String> lines = Files.readAllLines(folder.resolve("audit.log"));
        expectLine(
                lines,
                "\"label\":\"admin.key\"",
                "\"action\":\"function.deploy\"",
                "\"target\":\"orders\"",
                "\"outcome\":\"ok\"");
        expectLine(
                lines, "\"label\":\"admin.key\"", "\"action\":\"key.create\"", "\"outcome\":\"ok\"", "\"status\":201");
        expectLine(
                lines,
                "\"label\":\"test\"",
                "\"action\":\"function.remove\"",
                "\"target\":\"orders-open\"",
                "\"outcome\":\"ok\"");
        expectLine(lines, "\"label\":\"test\"", "\"target\":\"orders\"", "\"outcome\":\"denied\"", "\"status\":403");
        expectLine(lines, "\"label\":\"\"", "\"target\":\"orders\"", "\"outcome\":\"denied\"", "\"status\":401");
        assertFalse(String.join("\n", lines).contains("mf_"), "a key is in the audit log");
        JsonNode page = host.get("/v1/audit").expect(200).json();
        assertEquals(lines.size(), page.path("records").size());
        assertEquals(
                0,
                host.get("/v1/audit?after=" + page.path("next").asLong())
                        .json()
                        .path("records")
                        .size());
    }

    @Test
    void theAuditLogIsReadInWholeLinesFromAnywhere() throws Exception {
        key("read");
        List<String> lines = Files.readAllLines(folder.resolve("audit.log"));
        long size = Files.size(folder.resolve("audit.log"));
        for (long after = 0; after <= size + 1; after += 7) {
            for (JsonNode line : records(after)) {
                assertEquals("default", line.path("tenant").asText(), "after " + after);
            }
        }
        long last = size - lines.getLast().length() - 1;
        assertEquals(lines.size(), records(0).size());
        assertEquals(1, records(last).size());
        assertEquals(0, records(last + 1).size());
    }

    private JsonNode records(long after) throws Exception {
        return host.get("/v1/audit?after=" + after).expect(200).json().path("records");
    }

    private static void expectLine(List<String> lines, String... parts) {
        assertTrue(
                lines.stream().anyMatch(line -> List.of(parts).stream().allMatch(line::contains)),
                () -> String.join(" ", parts) + " is not in " + String.join("\n", lines));
    }

    private void restart() throws Exception {
        host.close();
        host = TestHost.startPrivate(folder);
    }

    private Answer call(String path, String key) throws Exception {
        return host.send(host.request(path).header("Authorization", "Bearer " + key));
    }

    private HttpRequest.Builder adminRequest(String path, String key) {
        return HttpRequest.newBuilder(host.uri(path)).header("Authorization", "Bearer " + key);
    }

    private Answer admin(String method, String path, String key) throws Exception {
        return host.send(adminRequest(path, key).method(method, BodyPublishers.noBody()));
    }

    private JsonNode create(String body) throws Exception {
        return create("/v1/keys", body);
    }

    private JsonNode create(String path, String body) throws Exception {
        return host.post(path, body.getBytes(StandardCharsets.UTF_8))
                .expect(201)
                .json();
    }

    private String key(String permission) throws Exception {
        return create("{\"label\":\"test\",\"permissions\":[\"" + permission + "\"]}")
                .path("key")
                .asText();
    }
}
