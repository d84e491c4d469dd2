package dev.mayfly.host.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.host.FunctionLimit;
import dev.mayfly.snapshots.Uniqueness;
import dev.mayfly.snapshots.Warmup;
import dev.mayfly.snapshots.WarmupRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class WasmerAppTest {
    private static final String START = "kind: wasmer.io/App.v0\nname: my-app\npackage: ./app.wasm\n";

    @TempDir
    private Path folder;

    private FunctionManifest read(String text) throws IOException {
        Files.writeString(folder.resolve("app.yaml"), text);
        return FunctionManifest.read(folder);
    }

    /** All that is wrong, without the file's name. */
    private List<String> refused(String text) {
        CommandFailure failure = assertThrows(CommandFailure.class, () -> read(text));
        assertEquals(ExitCode.FAILED, failure.exitCode());
        return Stream.concat(Stream.of(failure.sentence()), failure.advice().stream())
                .map(problem -> problem.replace(folder.resolve("app.yaml") + ":", ""))
                .toList();
    }

    @Test
    void nameModuleEnvironmentAndMemoryAreTakenOver() throws IOException {
        FunctionManifest manifest = read(START + """
                env:
                  GREETING: Salut
                  TIMES: 3
                capabilities:
                  memory:
                    limit: 32MiB
                scaling:
                  mode: single_concurrency
                redirect: {force_https: false}
                """);
        assertEquals("my-app", manifest.name());
        assertEquals(folder.resolve("app.wasm"), manifest.component());
        assertEquals(
                Map.of("GREETING", "Salut", "TIMES", "3"), manifest.settings().config());
        assertEquals(32L << 20, manifest.settings().limits().of(FunctionLimit.MEMORY_BYTES));
        assertEquals(1, manifest.warnings().size(), manifest.warnings()::toString);
        assertTrue(manifest.warnings().getFirst().contains("--public"), manifest.warnings()::toString);
    }

    @Test
    void theModuleOfThePackageBesideItIsTheComponent() throws IOException {
        String app = START.replace("./app.wasm", ".");
        assertTrue(refused(app).getFirst().startsWith("3:10: package is '.', but there is no "));
        Files.writeString(folder.resolve("wasmer.toml"), "[[module]]\nname = 'a'\nsource = 'target/a.wasm'\n");
        assertEquals(folder.resolve("target/a.wasm"), read(app).component());
        Files.writeString(folder.resolve("wasmer.toml"), "[dependencies]\n");
        assertTrue(refused(app).getFirst().contains("there must be one [[module]]"));
    }

    @Test
    void aPackageOfTheRegistryIsRefused() {
        assertEquals(
                List.of("3:10: package must be '.' beside a wasmer.toml with one module, or a file such as ./app.wasm:"
                        + " Wasmer's registry is not reached from here"),
                refused(START.replace("./app.wasm", "wasmer/hello@1.0.0")));
    }

    @ParameterizedTest
    @CsvSource({
        "64MiB, 67108864",
        "64Mb, 63963136",
        "1 GiB, 1073741824",
        "1.5GiB, 1610612736",
        "131072, 131072",
        "1GB, 999948288",
    })
    void sizesOfMemoryAreWasmersRoundedDownToWholePages(String size, long bytes) throws IOException {
        assertEquals(
                bytes,
                read(START + "capabilities: {memory: {limit: '" + size + "'}}")
                        .settings()
                        .limits()
                        .of(FunctionLimit.MEMORY_BYTES));
    }

    @ParameterizedTest
    @ValueSource(strings = {"much", "1KB", "-1"})
    void sizesThatAreNoneAreRefused(String size) {
        List<String> problems = refused(START + "capabilities: {memory: {limit: " + size + "}}");
        assertTrue(problems.getFirst().startsWith("4:32: capabilities.memory.limit"), problems::toString);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "cli_args: [a]|4:1: cli_args|say it in env",
                "domains: [a.example]|4:1: domains|have a proxy map the domain",
                "jobs: [{name: a}]|4:1: jobs|mayfly invoke NAME /PATH",
                "scheduled_tasks: [{name: a}]|4:1: scheduled_tasks|mayfly invoke NAME /PATH",
                "volumes: [{name: a, mount: /a}]|4:1: volumes|[bindings]",
                "enable_email: true|4:1: enable_email|[bindings]",
                "vault: a|4:1: vault|mayfly secret set",
                "secrets: [a]|4:1: secrets|mayfly secret set",
                "redirect: {force_https: true}|4:12: redirect.force_https|--tls-certificate",
                "capabilities: {network: {http: true}}|4:16: capabilities.network|[bindings]",
                "capabilities: {database: {engine: mysql}}|4:16: capabilities.database|sql binding",
                "capabilities: {ssh: {enabled: true}}|4:16: capabilities.ssh|log in",
                "capabilities: {runtime: {async_threads: true}}|4:26: capabilities.runtime.async_threads|one thread",
            })
    void whatWouldChangeHowTheAppBehavesIsRefusedWithWhatToDo(String field, String place, String advice) {
        List<String> problems = refused(START + field + "\n");
        assertEquals(1, problems.size(), problems::toString);
        assertTrue(problems.getFirst().startsWith(place + " is not supported: "), problems::toString);
        assertTrue(problems.getFirst().contains(advice), problems::toString);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "description: a|4:1: description",
                "app_id: da_x|4:1: app_id",
                "owner: me|4:1: owner",
                "locality: {regions: [a]}|4:1: locality",
                "health_checks: [{http: {path: /}}]|4:1: health_checks",
                "debug: true|4:1: debug",
                "capabilities: {runtime: {engine: llvm}}|4:26: capabilities.runtime.engine",
            })
    void whatWouldNotIsToldToHaveNoEffect(String field, String place) throws IOException {
        List<String> warnings = read(START + field + "\n").warnings();
        assertEquals(2, warnings.size(), warnings::toString);
        assertTrue(warnings.getFirst().contains("app.yaml:" + place + " has no effect: "), warnings::toString);
    }

    @Test
    void theWarmUpIsRead() throws IOException {
        assertEquals(
                Warmup.DEFAULT,
                read(START + "capabilities: {instaboot: {}}\n").settings().warmup());
        assertEquals(
                new Warmup(
                        List.of(new WarmupRequest(
                                "POST",
                                "/rules",
                                List.of(Map.entry("accept", "text/plain")),
                                "x",
                                new WarmupRequest.Expectation(new TreeSet<>(List.of(200)), "ok", null))),
                        Warmup.Trigger.PUBLISH,
                        Duration.ofMinutes(30),
                        Uniqueness.Policy.REFUSE,
                        true),
                read(START
                                + "capabilities: {instaboot: {debug: true, max_age: 30m, requests: [{path: /rules, method: POST, body: x,"
                                + " headers: [{name: accept, value: text/plain}],"
                                + " expect: {status_codes: [200], body_includes: ok}}]}}\n")
                        .settings()
                        .warmup());
    }

    @Test
    void allThatIsWrongIsSaidAtOnce() {
        assertEquals(
                List.of(
                        "4:1: cli_args is not supported: a function gets no arguments; say it in env",
                        "5:16: capabilities.memry is unknown; remove it",
                        "6:1: scalling is unknown; remove it",
                        "7:6: env must be a mapping of names to values"),
                refused(START + "cli_args: [a]\ncapabilities: {memry: {}}\nscalling: {}\nenv: [a]\n"));
    }

    @Test
    void anotherKindOfFileIsRefused() {
        assertTrue(refused("runtime: python39\n").getFirst().contains("kind must be wasmer.io/App.v0"));
        assertTrue(refused("- a\n").getFirst().contains("kind is missing"));
        assertTrue(refused("a: &a [x]\nb: *a\n").getFirst().contains("yaml-alias-count-max=0"));
    }

    @Test
    void aManifestOfMayflysIsReadInItsPlace() throws IOException {
        Files.writeString(folder.resolve("mayfly.toml"), "name = 'own'\ncomponent = 'own.wasm'\n");
        assertEquals("own", read(START).name());
    }
}
