package dev.mayfly.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mayfly.host.testing.Answer;
import dev.mayfly.host.testing.Guests;
import dev.mayfly.host.testing.Raw;
import dev.mayfly.host.testing.TestHost;
import dev.mayfly.linkercache.Digest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DeployTest {
    private static TestHost host;

    @BeforeAll
    static void start() {
        host = TestHost.start(Limits.defaults().withComponentBytesMax(256 << 10).withCodePackBytesMax(64 << 20));
    }

    @AfterAll
    static void stop() {
        host.close();
    }

    private static List<String> names() throws IOException, InterruptedException {
        List<String> names = new ArrayList<>();
        host.get("/v1/functions")
                .expect(200)
                .json()
                .path("functions")
                .forEach(function -> names.add(function.path("name").asText()));
        return names;
    }

    @Test
    void aNewFunctionIsCreatedAndAnswersAtOnce() throws Exception {
        byte[] component = Guests.bytes("echo");
        JsonNode function = host.upload("created", component).expect(201).json();
        assertEquals("created", function.path("name").asText());
        assertEquals(Digest.of(component).hex(), function.path("digest").asText());
        assertEquals(component.length, function.path("componentBytes").asLong());
        assertTrue(function.path("artifactBytes").asLong() > 0);
        assertTrue(function.path("componentized").asBoolean(), "the guest is a core module with a world");
        assertTrue(function.path("imports").toString().contains("mayfly:data/buffers@0.1.0"), function::toString);
        assertTrue(
                function.path("exports").toString().contains("mayfly:function/web-handler@0.1.0"), function::toString);
        assertTrue(function.path("compileMs").isIntegralNumber());
        assertEquals(function.path("createdAt"), function.path("updatedAt"));
        assertEquals(
                "hello",
                host.post("/f/created", "hello".getBytes(StandardCharsets.UTF_8))
                        .text());
    }

    @Test
    void aComponentIsTakenAsWellAsAModule() throws Exception {
        JsonNode function = host.upload("component", Guests.bytes("components/echo"))
                .expect(201)
                .json();
        assertFalse(function.path("componentized").asBoolean());
        assertEquals(
                "hello",
                host.post("/f/component", "hello".getBytes(StandardCharsets.UTF_8))
                        .text());
    }

    @Test
    void aModuleThatExportsAHandlerByTheCanonicalAbiNeedsNoTypeOfItsOwn() throws Exception {
        // It answers with what stands at 16: ok, status 201, no headers, no body.
        String module = """
                (module
                  (memory (export "memory") 1)
                  (data (i32.const 16) "\\00\\00\\00\\00\\c9\\00")
                  (func (export "mayfly:function/web-handler@0.1.0#handle") (param i32) (result i32) i32.const 16))
                """;
        JsonNode function = host.upload("untyped", module.getBytes(StandardCharsets.UTF_8))
                .expect(201)
                .json();
        assertTrue(function.path("madeFrom").asText().contains("canonical ABI"), function::toString);
        host.get("/f/untyped").expect(201);
    }

    /** Answers with this status. */
    private static byte[] answering(int status) {
        return """
                (module
                  (memory (export "memory") 1)
                  (data (i32.const 16) "\\00\\00\\00\\00\\%02x\\00")
                  (func (export "mayfly:function/web-handler@0.1.0#handle") (param i32) (result i32) i32.const 16))
                """.formatted(status).getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void aRedeploymentCompilesOnlyWhatChanged() throws Exception {
        double reusedBefore = host.metric("mayfly_functions_reused_total");
        JsonNode first = host.upload("redeployed", answering(201)).expect(201).json();
        assertEquals(0, first.path("functionsReused").asLong(), first::toString);
        long count = first.path("functionsCompiled").asLong();
        assertTrue(count > 0, first::toString);
        JsonNode second = host.upload("redeployed", answering(202)).expect(200).json();
        long reused = second.path("functionsReused").asLong();
        assertTrue(reused > 0, second::toString);
        assertEquals(count, reused + second.path("functionsCompiled").asLong());
        assertTrue(host.metric("mayfly_functions_reused_total") - reusedBefore >= reused);
        host.get("/f/redeployed").expect(202);
        JsonNode again = host.upload("redeployed", answering(202)).expect(200).json();
        assertEquals(0, again.path("functionsCompiled").asLong(), "nothing was compiled");
    }

    @Test
    void whatOneFunctionCompiledIsNoneOfAnother() throws Exception {
        host.upload("its-own", answering(203)).expect(201);
        JsonNode other = host.upload("neighbour", answering(204)).expect(201).json();
        assertEquals(0, other.path("functionsReused").asLong(), other::toString);
    }

    @Test
    void whatIsKeptCompiledGoesWithItsFunction() throws Exception {
        host.upload("kept", answering(205)).expect(201);
        assertTrue(hasPack("kept"));
        host.delete("/v1/functions/kept").expect(204);
        assertFalse(hasPack("kept"));
    }

    private static boolean hasPack(String function) throws IOException {
        String name = Digest.of(function).hex();
        try (var files = Files.walk(host.folder().resolve("code-packs"))) {
            return files.anyMatch(file -> file.endsWith(name));
        }
    }

    @Test
    void nothingIsKeptCompiledWhereThatIsNotWanted() throws Exception {
        try (TestHost forgetful = TestHost.start(Limits.defaults().withCodePackBytesMax(0))) {
            forgetful.upload("redeployed", answering(201)).expect(201);
            JsonNode second =
                    forgetful.upload("redeployed", answering(202)).expect(200).json();
            assertEquals(0, second.path("functionsReused").asLong(), second::toString);
            try (var files = Files.walk(forgetful.folder().resolve("code-packs"))) {
                assertEquals(0, files.filter(Files::isRegularFile).count());
            }
        }
    }

    @Test
    void aFunctionIsReplacedUnderItsName() throws Exception {
        Instant createdAt = Instant.parse(
                host.deploy("replaced", "echo").json().path("createdAt").asText());
        JsonNode function =
                host.upload("replaced", Guests.bytes("hello")).expect(200).json();
        assertEquals(createdAt, Instant.parse(function.path("createdAt").asText()));
        assertTrue(Instant.parse(function.path("updatedAt").asText()).isAfter(createdAt));
        assertTrue(host.get("/f/replaced").expect(200).text().startsWith("Hello"), "the new function answers");
    }

    @Test
    void theSameComponentMayBeDeployedUnderMoreNames() throws Exception {
        host.deploy("twin-a", "echo");
        host.deploy("twin-b", "echo");
        host.deploy("twin-a", "echo");
        host.delete("/v1/functions/twin-a").expect(204);
        assertEquals(
                "still here",
                host.post("/f/twin-b", "still here".getBytes(StandardCharsets.UTF_8))
                        .text());
    }

    @Test
    void functionsAreListedByName() throws Exception {
        host.deploy("list-b", "echo");
        host.deploy("list-a", "hello");
        List<String> names = names();
        assertTrue(names.containsAll(List.of("list-a", "list-b")), names::toString);
        assertEquals(names.stream().sorted().toList(), names);
    }

    @Test
    void aFunctionShowsWhatItWasDeployedWith() throws Exception {
        JsonNode deployed = host.deploy("shown", "echo").json();
        JsonNode shown = host.get("/v1/functions/shown").expect(200).json();
        for (String field : List.of(
                "name",
                "digest",
                "componentBytes",
                "artifactBytes",
                "imports",
                "exports",
                "config",
                "createdAt",
                "updatedAt")) {
            assertEquals(deployed.path(field), shown.path(field), field);
        }
    }

    @Test
    void aRemovedFunctionIsGone() throws Exception {
        host.deploy("removed", "echo");
        assertEquals(0, host.delete("/v1/functions/removed").expect(204).bytes().length);
        host.get("/f/removed").problem(404, "not-found");
        host.get("/v1/functions/removed").problem(404, "not-found");
        host.get("/v1/functions/removed/logs").problem(404, "not-found");
        host.delete("/v1/functions/removed").problem(404, "not-found");
        assertFalse(names().contains("removed"));
    }

    @Test
    void aFunctionReadsTheConfigurationItWasDeployedWith() throws Exception {
        Answer answer =
                host.send(host.request("/v1/functions/configured?config=greeting%3Dh%C3%A9llo%20%3D%26&config=empty%3D")
                        .PUT(BodyPublishers.ofByteArray(Guests.bytes("probe"))));
        assertEquals(
                "héllo =&",
                answer.expect(201).json().path("config").path("greeting").asText());
        assertEquals(
                "héllo =&",
                host.get("/f/configured/config?name=greeting").expect(200).text());
        assertEquals("", host.get("/f/configured/config?name=empty").expect(200).text());
        host.get("/f/configured/config?name=Greeting").problem(404, "function-not-found");
    }

    @Test
    void aDeploymentReplacesTheConfigurationAsAWhole() throws Exception {
        host.send(host.request("/v1/functions/reconfigured?config=a%3D1")
                .PUT(BodyPublishers.ofByteArray(Guests.bytes("probe"))));
        host.deploy("reconfigured", "probe");
        host.get("/f/reconfigured/config?name=a").problem(404, "function-not-found");
    }

    @ParameterizedTest
    @ValueSource(strings = {"config=novalue", "config=%3Dnoname", "config=a%3D1&config=a%3D2"})
    void aWrongConfigurationIsRefused(String query) throws Exception {
        host.send(host.request("/v1/functions/misconfigured?" + query)
                        .PUT(BodyPublishers.ofByteArray(Guests.bytes("probe"))))
                .problem(400, "invalid-config");
        host.get("/v1/functions/misconfigured").problem(404, "not-found");
    }

    @Test
    void aConfigurationIsBounded() throws Exception {
        String entry = "config=k%3D" + "v".repeat(17 << 10);
        JsonNode problem = host.send(host.request("/v1/functions/misconfigured?" + entry)
                        .PUT(BodyPublishers.ofByteArray(Guests.bytes("probe"))))
                .problem(400, "invalid-config");
        assertEquals("config-value-bytes-max", problem.path("limit").asText());
    }

    @ParameterizedTest
    @CsvSource({
        "bad/text, not-a-component",
        "bad/header-only, not-a-component",
        "bad/truncated, not-a-component",
        "bad/changed, not-a-component",
        "bad/no-abi, not-a-component",
        "bad/no-export, not-a-component",
        "bad/empty, not-a-component",
        "bad/unknown-imports, missing-imports",
        "bad/http-wasip3, missing-imports",
    })
    void whatTheHostCannotRunIsRefusedAndLeavesNothing(String guest, String slug) throws Exception {
        JsonNode problem = host.upload("refused", Guests.bytes(guest)).problem(422, slug);
        assertTrue(problem.path("detail").asText().length() > 10, problem::toString);
        host.get("/v1/functions/refused").problem(404, "not-found");
        assertFalse(names().contains("refused"));
    }

    @Test
    void everyImportThatIsMissingIsNamed() throws Exception {
        JsonNode problem =
                host.upload("refused", Guests.bytes("bad/unknown-imports")).problem(422, "missing-imports");
        List<String> imports = new ArrayList<>();
        problem.path("imports").forEach(line -> imports.add(line.asText()));
        assertEquals(
                List.of(
                        "acme:billing/invoices@2.0.0 create",
                        "acme:billing/invoices@2.0.0 cancel",
                        "acme:billing/payments@2.0.0 collect",
                        "mayfly:log/log@0.1.0 rotate",
                        "mayfly:config/config@0.1.0 get",
                        "acme-print"),
                imports.stream()
                        .map(line -> line.substring(0, line.indexOf(": ")))
                        .toList());
    }

    @Test
    void aRefusedUploadLeavesTheOldFunction() throws Exception {
        host.deploy("kept", "echo");
        host.upload("kept", Guests.bytes("bad/truncated")).problem(422, "not-a-component");
        host.upload("kept", Guests.bytes("bad/unknown-imports")).problem(422, "missing-imports");
        assertEquals(
                "kept",
                host.post("/f/kept", "kept".getBytes(StandardCharsets.UTF_8)).text());
    }

    @Test
    void anUploadWithoutABodyIsNoComponent() throws Exception {
        host.send(host.request("/v1/functions/refused").PUT(BodyPublishers.noBody()))
                .problem(422, "not-a-component");
    }

    @Test
    void anUploadPastTheLimitIsRefusedWhetherItsLengthIsKnownOrNot() throws Exception {
        byte[] tooLarge = new byte[(256 << 10) + 1];
        for (HttpRequest.BodyPublisher body : List.of(
                BodyPublishers.ofByteArray(tooLarge),
                BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(tooLarge)))) {
            JsonNode problem =
                    host.send(host.request("/v1/functions/refused").PUT(body)).problem(413, "component-too-large");
            assertEquals("component-bytes-max", problem.path("limit").asText());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UPPER",
                "under_score",
                "-dash",
                "dash-",
                "dot.dot",
                "..",
                ".",
                "a%2Fb",
                "a%00",
                "%2e%2e",
                "%2E%2E%2Fescape",
                "a%20b",
                "a;b=c",
                "ümlaut",
                "0123456789012345678901234567890123456789012345678901234567890123"
            })
    void aNameThatIsNoneIsRefusedEverywhere(String name) throws Exception {
        String path = name.replace("ü", "%C3%BC");
        byte[] component = Guests.bytes("echo");
        for (String request : List.of(
                "PUT /v1/functions/" + path,
                "GET /v1/functions/" + path,
                "DELETE /v1/functions/" + path,
                "POST /f/" + path)) {
            Raw.Response response = Raw.send(host, request, component);
            assertTrue(
                    response.status() == 400 || response.status() == 404 || response.status() == 405,
                    () -> request + " -> " + response.text());
            assertTrue(response.text().contains("urn:mayfly:problem:"), () -> request + " -> " + response.text());
        }
        assertFalse(names().contains(name));
    }

    @Test
    void anotherMethodIsToldTheOnesThereAre() throws Exception {
        assertEquals(
                "GET, PUT, DELETE",
                host.post("/v1/functions/a", new byte[1]).expect(405).header("allow"));
        assertEquals("GET", host.delete("/v1/functions").expect(405).header("allow"));
        host.delete("/v1/functions/a/logs").problem(405, "method-not-allowed");
    }

    @Test
    void whereThereIsNothingAProblemSaysSo() throws Exception {
        for (String path : List.of("/", "/f", "/v1", "/v1/functions/a/b/c", "/v2/functions", "/F/echo")) {
            host.get(path).problem(404, "not-found");
        }
    }

    @Test
    void aComponentThatTakesTooLongToCompileIsStoppedAndReported() throws Exception {
        try (TestHost hasty = TestHost.start(Limits.defaults().withCompileTimeMax(Duration.ofMillis(300)))) {
            byte[] expensive = Guests.expensive(200, 300);
            long startNs = System.nanoTime();
            JsonNode problem = hasty.upload("refused", expensive).problem(422, "compile-limit");
            assertEquals("compile-time-max", problem.path("limit").asText());
            assertTrue(System.nanoTime() - startNs < Duration.ofSeconds(30).toNanos(), "it was stopped");
            hasty.get("/v1/functions/refused").problem(404, "not-found");
        }
    }

    @Test
    void aComponentThatTakesTooMuchMemoryToCompileIsStoppedAndReported() throws Exception {
        try (TestHost small = TestHost.start(Limits.defaults().withCompileMemoryBytesMax(256L << 20))) {
            byte[] expensive = Guests.expensive(1, 200_000);
            JsonNode problem = small.upload("refused", expensive).problem(422, "compile-limit");
            assertEquals("compile-memory-bytes-max", problem.path("limit").asText());
            assertEquals(0, small.metric("mayfly_compilations"));
        }
    }
}
