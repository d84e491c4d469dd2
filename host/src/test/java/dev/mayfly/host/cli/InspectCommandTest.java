package dev.mayfly.host.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mayfly.host.testing.Guests;
import dev.mayfly.host.testing.TestHost;
import dev.mayfly.hostinterfaces.BindingKind;
import dev.mayfly.memorypool.FreshMemoryCanary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code mayfly inspect}, on components that hosts take and on those that they refuse. */
final class InspectCommandTest {
    @TempDir
    private Path folder;

    private static CapturedRun inspect(String guest) {
        return CapturedRun.of("inspect", Guests.file(guest).toString());
    }

    private static JsonNode json(int exitCode, Path file, String... more) throws IOException {
        String[] arguments = new String[4 + more.length];
        arguments[0] = "inspect";
        arguments[1] = file.toString();
        arguments[2] = "--output";
        arguments[3] = "json";
        System.arraycopy(more, 0, arguments, 4, more.length);
        return Json.parse(CapturedRun.of(arguments).exits(exitCode).outBytes());
    }

    /** What is said of each imported interface. */
    private static Map<String, Set<String>> states(JsonNode inspection) {
        Map<String, Set<String>> states = new TreeMap<>();
        for (JsonNode item : inspection.path("imports")) {
            String name = item.path("name").asText().replaceFirst("[@ ].*", "");
            String state = item.path("state").asText();
            states.computeIfAbsent(name, any -> new TreeSet<>())
                    .add(
                            item.has("binding")
                                    ? state + " " + item.path("binding").asText()
                                    : state);
        }
        return states;
    }

    @Test
    void aCoreModuleIsShownWithWhatADeployMakesOfIt() {
        String shown = inspect("hello")
                .exits(ExitCode.OK)
                .prints(
                        "kind          core-module\n",
                        "made from     a core module with a component type\n",
                        "worlds        web\n",
                        "memory        1.1 MiB at first, 64 MiB at most\n",
                        "language      Rust\n",
                        "processed-by  rustc 1.")
                .out();
        assertTrue(shown.matches("(?s).*\nsize +[0-9.]+ KiB, compiled [0-9.]+ [KM]iB\n.*"), shown);
        assertTrue(shown.matches("(?s).*\nmayfly:config/config@0.1.0 +1 +satisfied\n.*"), shown);
        assertTrue(shown.endsWith("\na deploy would accept it\n"), shown);
    }

    @Test
    void importsThatNeedABindingAreToldApart() throws IOException {
        Map<String, Set<String>> expected = new HashMap<>();
        for (BindingKind kind : BindingKind.values()) {
            kind.interfaces().stream()
                    .filter(name -> name.startsWith("mayfly:"))
                    .forEach(name -> expected.put(name, Set.of("needs-binding " + kind.label())));
        }
        for (String other : new String[] {"data/buffers", "log/log", "function/web-types", "function/event-types"}) {
            expected.put("mayfly:" + other, Set.of("satisfied"));
        }
        Map<String, Set<String>> states = states(json(ExitCode.OK, Guests.file("errand")));
        assertEquals(expected, states);
        inspect("errand")
                .prints("worlds        web, event\n", "needs a binding (kv), in mayfly.toml: bindings.NAME = ");
    }

    @ParameterizedTest
    @EnumSource(BindingKind.class)
    void theLineForTheManifestIsOneThatTheManifestTakes(BindingKind kind) throws IOException {
        Files.writeString(
                folder.resolve(FunctionManifest.FILE_NAME),
                Inspection.manifestLine(kind) + "\nname = \"a\"\ncomponent = \"a.wasm\"\n");
        Map<String, String> granted = FunctionManifest.read(folder).settings().granted();
        assertEquals(Set.of("NAME"), granted.keySet());
        boolean ofTheHost = Set.of(BindingKind.FUNCTION, BindingKind.TOPIC, BindingKind.SECRET)
                .contains(kind);
        assertEquals(ofTheHost, granted.getOrDefault("NAME", "").startsWith(kind.label() + ":"), granted::toString);
    }

    /** Asks for what no interface has: the engine's reason tells whether it knows the interface. */
    @ParameterizedTest
    @EnumSource(BindingKind.class)
    void whatNeedsABindingIsWhatTheHostOffers(BindingKind kind) throws IOException {
        StringBuilder text = new StringBuilder("(component");
        for (String name : kind.interfaces()) {
            text.append(" (import \"").append(name).append("@77.0.0\" (instance (export \"no-such-item\" (func))))");
        }
        Path file = Files.writeString(folder.resolve("asking.wat"), text.append(")"));
        JsonNode imports = json(ExitCode.FAILED, file).path("imports");
        assertEquals(kind.interfaces().size(), imports.size());
        for (JsonNode item : imports) {
            assertEquals("missing", item.path("state").asText());
            assertTrue(item.path("problem").asText().startsWith("this host offers version "), item::toString);
        }
    }

    @Test
    void everyImportThatIsMissingIsShownWithItsReason() {
        String shown = inspect("bad/unknown-imports").exits(ExitCode.FAILED).out();
        for (String line : new String[] {
            "acme:billing/invoices@2.0.0 create +1 +missing: not offered by this host",
            "acme:billing/payments@2.0.0 collect +1 +missing: not offered by this host",
            "mayfly:log/log@0.1.0 rotate +1 +missing: mayfly:log/log@0.1.0 has no such item",
            "mayfly:config/config@0.1.0 get +1 +missing: .+",
            "acme-print +1 +missing: only interfaces are offered, not single items"
        }) {
            assertTrue(shown.matches("(?s).*\n" + line + "\n.*"), () -> line + " is not in: " + shown);
        }
        assertTrue(
                shown.endsWith("\na deploy would refuse it: it needs 6 imports that this host does not offer\n"),
                shown);
    }

    @Test
    void aRefusalIsTheOneThatAHostGives() throws Exception {
        try (TestHost host = TestHost.start()) {
            for (String guest : new String[] {"text", "header-only", "truncated", "changed", "no-abi", "no-export"}) {
                JsonNode problem =
                        host.upload("refused", Guests.bytes("bad/" + guest)).problem(422, "not-a-component");
                JsonNode found = json(ExitCode.FAILED, Guests.file("bad/" + guest));
                assertFalse(found.path("accepted").asBoolean());
                assertEquals(
                        problem.path("detail").asText(), found.path("refusal").asText());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"bad/text", "bad/empty"})
    void aFileThatIsNoWebAssemblyIsCalledThat(String guest) {
        inspect(guest)
                .exits(ExitCode.FAILED)
                .prints(
                        "kind          not-webassembly\n",
                        "a deploy would refuse it: neither a WebAssembly binary nor");
    }

    @Test
    void aComponentThatWasReadBeforeLinkingEndedIsStillShown() throws IOException {
        JsonNode found = json(ExitCode.FAILED, Guests.file("bad/no-export"));
        assertEquals("component", found.path("kind").asText());
        assertTrue(found.path("worlds").isEmpty(), found::toString);
        assertTrue(found.path("artifactBytes").asLong() > 0, found::toString);
        assertTrue(found.path("refusal").asText().contains("implements no world"), found::toString);
    }

    @Test
    void textIsTakenAsADeployTakesIt() throws IOException {
        Path file = Files.write(folder.resolve("canary.wat"), FreshMemoryCanary.component());
        JsonNode found = json(ExitCode.OK, file);
        assertEquals("text", found.path("kind").asText());
        assertEquals(file.toString(), found.path("file").asText());
        assertTrue(found.path("accepted").asBoolean());
    }

    @ParameterizedTest
    @ValueSource(strings = {"wasi", "components/hello"})
    void whatElseIsAccepted(String guest) throws IOException {
        JsonNode found = json(ExitCode.OK, Guests.file(guest));
        assertEquals("[\"web\"]", found.path("worlds").toString());
        states(found).forEach((name, states) -> assertEquals(Set.of("satisfied"), states, name));
    }

    @Test
    void functionsForMomentoHaveTheirWorlds() throws IOException {
        JsonNode web = json(ExitCode.OK, Guests.file("momento/cache"));
        assertEquals("[\"momento:web\"]", web.path("worlds").toString());
        assertEquals(Set.of("needs-binding kv"), states(web).get("momento:cache-scalar/cache-scalar"));
        assertEquals(Set.of("satisfied"), states(web).get("momento:bytes/bytes"));
        assertEquals(
                "[\"momento:spawn\"]",
                json(ExitCode.OK, Guests.file("momento/spawned")).path("worlds").toString());
        JsonNode older = json(ExitCode.OK, Guests.file("momento/older-services"));
        assertEquals("[\"momento:functions/web\"]", older.path("worlds").toString());
        assertEquals(Set.of("needs-binding kv"), states(older).get("momento:host/redis"));
        assertEquals(Set.of("needs-binding http"), states(older).get("momento:host/aws-lambda"));
        assertEquals(Set.of("satisfied"), states(older).get("momento:host/aws-auth"));
    }

    @Test
    void functionsOfOtherHostsHaveTheirWorlds() throws IOException {
        JsonNode http = json(ExitCode.OK, Guests.file("wasi/http"));
        assertEquals("component", http.path("kind").asText());
        assertEquals("[\"wasi:http\"]", http.path("worlds").toString());
        assertEquals(Set.of("needs-binding http"), states(http).get("wasi:http/outgoing-handler"));
        assertEquals("Rust", http.path("producers").path("language").path(0).asText());
        JsonNode command = json(ExitCode.OK, Guests.file("wasi/command-preview1"));
        assertEquals("[\"command\"]", command.path("worlds").toString());
        assertTrue(command.path("madeFrom").asText().contains("preview 1 command"), command::toString);
    }

    @Test
    void theLimitsAreThoseOfTheHostsConfiguration() throws IOException {
        Path config = Files.writeString(folder.resolve("mayfly.yaml"), "limits: {component-bytes-max: 10KiB}\n");
        JsonNode found = json(ExitCode.FAILED, Guests.file("hello"), "--config", config.toString());
        assertTrue(found.path("refusal").asText().contains("component-bytes-max"), found::toString);
        Files.writeString(config, "limits: {memory-bytes-max: 2MiB}\n");
        found = json(ExitCode.OK, Guests.file("hello"), "--config", config.toString());
        assertEquals(2 << 20, found.path("memories").path(0).path("bytesMax").asLong());
        Files.writeString(config, "limits: {memory-bites-max: 2MiB}\n");
        CapturedRun.of("inspect", Guests.file("hello").toString(), "--config", config.toString())
                .exits(ExitCode.FAILED)
                .says("memory-bites-max", "mayfly config check");
    }

    @Test
    void whatCannotBeReadIsNamed() {
        CapturedRun.of("inspect", "no/such.wasm").exits(ExitCode.FAILED).says("there is no readable file no/such.wasm");
        CapturedRun.of("inspect", folder.toString()).exits(ExitCode.FAILED).says(folder + " is a folder");
    }
}
