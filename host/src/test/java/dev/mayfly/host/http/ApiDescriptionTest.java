package dev.mayfly.host.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.mayfly.engine.MayflyException;
import dev.mayfly.host.FunctionLimit;
import dev.mayfly.host.access.ApiKey;
import dev.mayfly.host.catalog.Alias;
import dev.mayfly.host.catalog.FunctionName;
import dev.mayfly.host.catalog.SettingsJson;
import dev.mayfly.host.testing.TestHost;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The host's description of its API says what the host does. What requests and answers look like is schemathesis's to find out. */
@Timeout(60)
final class ApiDescriptionTest {
    /** What the web server itself answers, and calls: these aren't the admin API's. */
    private static final Set<String> OTHERS =
            Set.of("checkHealth", "callFunction", "callFunctionWithBody", "callTenantsFunction");

    private static final JsonNode DOCUMENT = document();

    private static JsonNode document() {
        try (InputStream yaml =
                Objects.requireNonNull(ApiDescriptionTest.class.getResourceAsStream("openapi.yaml"), "openapi.yaml")) {
            return new YAMLMapper().readTree(yaml);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private record Described(String method, String path, JsonNode node) {}

    private static SortedMap<String, Described> described() {
        SortedMap<String, Described> operations = new TreeMap<>();
        DOCUMENT.path("paths")
                .properties()
                .forEach(path -> path.getValue().properties().stream()
                        .filter(member -> !member.getKey().equals("parameters"))
                        .forEach(member -> operations.put(
                                member.getValue().path("operationId").asText(),
                                new Described(
                                        member.getKey().toUpperCase(Locale.ROOT), path.getKey(), member.getValue()))));
        return operations;
    }

    @Test
    void theDocumentHasTheOperationsThatTheHostHasAndNoOther() {
        SortedMap<String, String> said = new TreeMap<>();
        described().forEach((id, operation) -> {
            if (!OTHERS.contains(id)) {
                said.put(id, operation.method() + " " + operation.path());
            }
        });
        SortedMap<String, String> done = new TreeMap<>();
        for (AdminOperation operation : AdminOperation.values()) {
            done.put(operation.id(), operation.method() + " " + operation.path());
        }
        assertEquals(done, said);
    }

    @Test
    void theDocumentNamesTheScopeThatEachOperationTakes() {
        for (AdminOperation operation : AdminOperation.values()) {
            AdminAction action = AdminAction.of(operation.method(), operation.path());
            List<String> asked = new ArrayList<>(List.of(action.scope().label()));
            if (action.hostWide()) {
                asked.add("host");
            }
            JsonNode security = Objects.requireNonNull(described().get(operation.id()))
                    .node()
                    .path("security");
            assertEquals(asked, texts(security.path(0).path("bearer")), operation.id());
            assertEquals(asked, texts(security.path(1).path("mayflyKey")), operation.id());
        }
    }

    @Test
    void theDocumentHasEveryParameterOfAPath() {
        described().forEach((id, operation) -> {
            Set<String> inPath = Arrays.stream(operation.path().split("/"))
                    .filter(segment -> segment.startsWith("{"))
                    .map(segment -> segment.substring(1, segment.length() - 1))
                    .collect(Collectors.toCollection(TreeSet::new));
            Set<String> said = new TreeSet<>();
            for (JsonNode parameter :
                    DOCUMENT.path("paths").path(operation.path()).path("parameters")) {
                JsonNode resolved = parameter.has("$ref")
                        ? DOCUMENT.at(parameter.path("$ref").asText().substring(1))
                        : parameter;
                if (resolved.path("in").asText().equals("path")) {
                    said.add(resolved.path("name").asText());
                }
            }
            assertEquals(inPath, said, id);
        });
    }

    @Test
    void theDocumentHasEveryProblemWithItsTitleAndStatus() {
        List<String> said = new ArrayList<>();
        DOCUMENT.at("/components/schemas/ProblemType/oneOf")
                .forEach(type -> said.add(type.path("const").asText() + " "
                        + type.path("x-status").asText() + " "
                        + type.path("title").asText()));
        List<String> sent = Arrays.stream(ProblemType.values())
                .map(type -> type.urn() + " " + type.status() + " " + type.title())
                .toList();
        assertEquals(sent, said);
    }

    @Test
    void theDocumentHasTheHostsLimits() {
        assertEquals(FunctionName.LENGTH_MAX, number("/components/schemas/Name/maxLength"));
        assertEquals(Alias.TARGET_COUNT_MAX, number("/components/schemas/AliasRequest/properties/targets/maxItems"));
        assertEquals(Alias.Target.WEIGHT_MAX, number("/components/schemas/Target/properties/weight/maximum"));
        assertEquals(
                ApiKey.PERMISSION_COUNT_MAX, number("/components/schemas/KeyRequest/properties/permissions/maxItems"));
        assertEquals(ApiKey.LABEL_LENGTH_MAX, number("/components/schemas/KeyRequest/properties/label/maxLength"));
        assertEquals(KeysService.TTL_MAX.toMillis(), number("/components/schemas/KeyRequest/properties/ttlMs/maximum"));
        assertEquals(
                KeysService.TOKEN_TTL_MAX.toMillis(),
                number("/paths/~1v1~1functions~1{name}~1tokens/post/requestBody/content/application~1json/schema"
                        + "/properties/ttlMs/maximum"));
        assertEquals(FunctionsService.PAGE_MAX, number("/paths/~1v1~1functions/get/parameters/2/schema/maximum"));
        List<String> limits = new ArrayList<>();
        DOCUMENT.at("/components/schemas/Settings/properties/limits/properties")
                .fieldNames()
                .forEachRemaining(limits::add);
        assertEquals(
                Arrays.stream(FunctionLimit.values()).map(FunctionLimit::label).toList(), limits);
    }

    @Test
    void theDocumentHasTheSettingsThatTheHostReads() {
        List<String> said = new ArrayList<>();
        DOCUMENT.at("/components/schemas/Settings/properties").fieldNames().forEachRemaining(said::add);
        MayflyException.Invalid refused =
                assertThrows(MayflyException.Invalid.class, () -> SettingsJson.parse("{\"none\":1}"));
        assertEquals(
                "settings: /none is unknown; the members here are "
                        + said.stream().sorted().collect(Collectors.joining(", ")),
                refused.getMessage());
    }

    @Test
    void theAdminPortServesTheDocumentToWhoeverMayReadSomething() throws Exception {
        try (TestHost host = TestHost.start()) {
            assertEquals(DOCUMENT, host.get("/v1/openapi.json").expect(200).json());
            TestHost.send(
                            TestHost.client(HttpClient.Version.HTTP_1_1),
                            HttpRequest.newBuilder(host.uri("/v1/openapi.json")))
                    .problem(401, "unauthenticated");
        }
    }

    @Test
    void otherMethodsAreAnsweredWithThoseThatTheDocumentHas() throws Exception {
        try (TestHost host = TestHost.start()) {
            for (AdminOperation operation : AdminOperation.values()) {
                String path = operation.path().replaceAll("\\{[a-z]+}", "a");
                String allowed = Arrays.stream(AdminOperation.values())
                        .filter(other -> other.path().equals(operation.path()))
                        .map(other -> other.method())
                        .collect(Collectors.joining(", "));
                assertEquals(
                        allowed,
                        host.send(host.request(path).method("PATCH", HttpRequest.BodyPublishers.noBody()))
                                .expect(405)
                                .header("allow"),
                        path);
            }
        }
    }

    private static long number(String pointer) {
        JsonNode number = DOCUMENT.at(pointer);
        assertEquals(true, number.isIntegralNumber(), pointer);
        return number.asLong();
    }

    private static List<String> texts(JsonNode list) {
        List<String> texts = new ArrayList<>();
        list.forEach(text -> texts.add(text.asText()));
        return texts;
    }
}
