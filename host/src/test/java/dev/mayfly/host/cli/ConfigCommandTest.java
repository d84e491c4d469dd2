package dev.mayfly.host.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mayfly.host.HostConfig;
import dev.mayfly.host.config.HostConfiguration;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConfigCommandTest {
    @TempDir
    private Path folder;

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve(HostConfiguration.FILE_NAME), text);
    }

    private CapturedRun run(String... words) {
        return CapturedRun.of(words);
    }

    @Test
    void aGoodFileIsSaidToBeGood() throws IOException {
        Path file = file("limits: {deadline: 3s}\nbindings: {cache: {kind: kv, provider: memory}}\n");
        run("config", "check", file.toString()).exits(ExitCode.OK).prints(file + ": nothing is wrong");
        // The one that mayfly serve would read.
        run("config", "check", "--data", folder.toString()).exits(ExitCode.OK).prints(file + ": nothing is wrong");
    }

    @Test
    void allThatIsWrongIsSaidAtOnce() throws IOException {
        Path file = file("limits: {deadlin: 3s}\ndrain: 3\nbindings: {cache: {kind: kv, provider: memry}}\n");
        run("config", "check", file.toString(), "--port", "99999")
                .exits(ExitCode.FAILED)
                .says(
                        file + ":1:10: limits.deadlin is unknown; did you mean deadline?",
                        file + ":2:8: drain: '3' is not a time",
                        file + ":3:40: binding cache: provider 'memry' is unknown; did you mean memory?",
                        "--port: port=99999 is out of range");
        JsonNode problems = json(run("config", "check", file.toString(), "--output", "json")
                        .exits(ExitCode.FAILED))
                .path("problems");
        assertEquals(3, problems.size());
        assertEquals("file", problems.path(0).path("source").asText());
        assertEquals(file + ":1:10", problems.path(0).path("place").asText());
    }

    @Test
    void whatIsShownWithoutAFileIsAFileThatSaysTheSame() throws IOException {
        String shown = run("config", "show", "--data", folder.toString())
                .exits(ExitCode.OK)
                .out();
        assertTrue(shown.contains("# There is no mayfly.yaml."), shown);
        assertTrue(shown.contains("  # For an invocation to take.\n  deadline: 10s  # default\n"), shown);
        Path saved = file(shown);
        run("config", "check", saved.toString()).exits(ExitCode.OK);
        HostConfiguration read =
                HostConfiguration.read(new HostConfiguration.Sources(saved, Map.of(), Map.of(), Map.of()));
        assertEquals(HostConfig.defaults().withDataFolder(folder).withConfigFile(saved), read.config());
    }

    @Test
    void eachValueIsShownWithWhereItComesFrom() throws IOException {
        Path file = file("limits: {deadline: 3s}\ntenant-weights: {acme: 3}\n");
        run("config", "show", file.toString(), "--no-timing")
                .exits(ExitCode.OK)
                .prints(
                        "deadline: 3s  # " + file + ":1:20",
                        "timing: false  # option --no-timing",
                        "acme: 3  # " + file + ":2:24",
                        "port: 7373  # default");
        JsonNode settings = json(run("config", "show", file.toString(), "--output", "json")
                        .exits(ExitCode.OK))
                .path("settings");
        JsonNode deadline = setting(settings, "limits.deadline");
        assertEquals("3s", deadline.path("value").asText());
        assertEquals("file", deadline.path("source").asText());
        assertEquals(file + ":1:20", deadline.path("place").asText());
        assertTrue(setting(settings, "admin.port").path("value").isNull());
    }

    @Test
    void secretsAreNotShown() throws IOException {
        Path file = file("""
                observe: {otlp-endpoint: 'http://u:t0psecret@127.0.0.1:4318'}
                bindings:
                  cache: {kind: kv, provider: redis, host: h, password: t0psecret}
                  token: {kind: secret, value: {env: PATH}}
                """);
        String text = run("config", "show", file.toString()).out();
        String json = run("config", "show", file.toString(), "--output", "json").out();
        for (String shown : List.of(text, json)) {
            assertFalse(shown.contains("t0psecret"), shown);
            assertTrue(shown.contains("(secret)@127.0.0.1:4318"), shown);
        }
        assertTrue(text.contains("    password: \"(secret)\"\n"), text);
        assertTrue(text.contains("      env: PATH\n"), text);
        assertTrue(setting(Json.parse(json.getBytes(StandardCharsets.UTF_8)).path("settings"), "observe.otlp-endpoint")
                .path("secret")
                .asBoolean());
    }

    @Test
    void anOptionIsGivenOnceUnlessItTakesMany() {
        run("serve", "--deadline", "1s", "--deadline", "2s")
                .exits(ExitCode.USAGE)
                .says("--deadline is given more than once");
        run("config", "show", "--data", folder.toString(), "--tenant-weights", "a=1", "--tenant-weights", "b=2,c=3")
                .exits(ExitCode.OK)
                .prints("  a: 1  # option --tenant-weights", "  b: 2", "  c: 3");
    }

    @Test
    void aHostIsNotStartedWithAWrongConfiguration() throws IOException {
        Path file = file("limits: {deadlin: 3s}\ndrain: 3\n");
        run("serve", "--config", file.toString())
                .exits(ExitCode.FAILED)
                .says("deadlin is unknown; did you mean deadline?", ":2:8: drain: '3' is not a time", "config show");
    }

    @Test
    void aHostIsNotStartedOnADamagedCatalog() throws IOException {
        Files.writeString(folder.resolve("catalog.sqlite"), "not a database ".repeat(100));
        run("serve", "--data", folder.toString(), "--port", "0")
                .exits(ExitCode.FAILED)
                .says("catalog.sqlite is damaged", "backup");
    }

    @Test
    void whatIsWrongOnTheCommandLineIsAMistakeThere() {
        run("serve", "--deadline", "0s").exits(ExitCode.USAGE).says("deadline=");
        run("serve", "--port", "70000").exits(ExitCode.USAGE).says("port=70000", "0 to 65535");
        run("serve", "--memory-bytes-max", "64MB").exits(ExitCode.USAGE).says("'64MB' is not a size", "64MiB");
        run("serve", "--request-head-bytes-max", "99GiB")
                .exits(ExitCode.USAGE)
                .says("request-head-bytes-max=", "1024 to 1048576");
        run("serve", "--tls-key", "key.pem").exits(ExitCode.USAGE).says("tls.key needs tls.certificate");
        run("serve", "--function-defaults", "queue-lenght=5")
                .exits(ExitCode.USAGE)
                .says("did you mean queue-length?");
    }

    private static JsonNode json(CapturedRun run) throws IOException {
        return Json.parse(run.outBytes());
    }

    private static JsonNode setting(JsonNode settings, String key) {
        for (JsonNode setting : settings) {
            if (setting.path("key").asText().equals(key)) {
                return setting;
            }
        }
        throw new AssertionError(key + " is not in " + settings);
    }
}
