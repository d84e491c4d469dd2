package dev.mayfly.host.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mayfly.host.AccessConfig;
import dev.mayfly.host.Host;
import dev.mayfly.host.HostConfig;
import dev.mayfly.host.testing.Identity;
import dev.mayfly.host.testing.TestHost;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** Everything that the admin API does has a command, and the commands do nothing else. */
@Timeout(120)
final class AdminCommandsTest {
    /** What does each operation: a command, and the option that makes it do so where it does several. */
    private static final Map<String, String> DOES = new TreeMap<>(Map.ofEntries(
            Map.entry("listFunctions", "list"),
            Map.entry("showFunction", "show"),
            Map.entry("deployFunction", "deploy"),
            Map.entry("removeFunction", "remove"),
            Map.entry("readLog", "logs"),
            Map.entry("listCalls", "calls"),
            Map.entry("createToken", "token"),
            Map.entry("listVersions", "versions"),
            Map.entry("removeVersion", "versions --remove"),
            Map.entry("listAliases", "alias"),
            Map.entry("showAlias", "alias"),
            Map.entry("moveAlias", "alias"),
            Map.entry("removeAlias", "alias --remove"),
            Map.entry("rollBack", "rollback"),
            Map.entry("showWarmup", "warmup report"),
            Map.entry("buildWarmup", "warmup build"),
            Map.entry("purgeWarmup", "warmup purge"),
            Map.entry("showEvents", "events"),
            Map.entry("retryEvent", "events --retry"),
            Map.entry("discardEvent", "events --discard"),
            Map.entry("listBindings", "bindings"),
            Map.entry("showActivity", "top"),
            Map.entry("listKeys", "key list"),
            Map.entry("createKey", "key create"),
            Map.entry("rotateKey", "key rotate"),
            Map.entry("revokeKey", "key revoke"),
            Map.entry("listTenants", "tenant list"),
            Map.entry("addTenant", "tenant add"),
            Map.entry("removeTenant", "tenant remove"),
            Map.entry("listSecrets", "secret list"),
            Map.entry("setSecret", "secret set"),
            Map.entry("removeSecret", "secret remove"),
            Map.entry("rotateSecretsKey", "secret rotate-key"),
            Map.entry("readAudit", "audit"),
            Map.entry("readMetrics", "metrics"),
            Map.entry("checkHealth", "health"),
            Map.entry("describeApi", "openapi"),
            Map.entry("callFunction", "invoke"),
            Map.entry("callFunctionWithBody", "invoke --data"),
            Map.entry("callTenantsFunction", "invoke --tenant")));

    /** Moves an alias in a way of its own. */
    private static final Set<String> MORE = Set.of("canary");

    @SuppressWarnings("NullAway.Init")
    private TestHost host;

    @BeforeEach
    void start() {
        host = TestHost.start();
    }

    @AfterEach
    void stop() {
        host.close();
    }

    @Test
    void everyOperationHasACommand() throws Exception {
        Set<String> operations = new TreeSet<>();
        for (JsonNode path : host.get("/v1/openapi.json").expect(200).json().path("paths")) {
            path.findValuesAsText("operationId").forEach(operations::add);
        }
        assertEquals(operations, DOES.keySet());
        DOES.values().forEach(words -> {
            CommandSpec command = all().getCommandSpec();
            for (String word : words.split(" ", -1)) {
                if (word.startsWith("--")) {
                    assertNotNull(command.findOption(word), words);
                } else {
                    CommandLine below = command.subcommands().get(word);
                    assertNotNull(below, words);
                    command = below.getCommandSpec();
                }
            }
        });
    }

    @Test
    void everyCommandThatAsksAHostDoesAnOperation() {
        List<String> asking = new ArrayList<>();
        gather(all(), "", asking);
        Set<String> known = new TreeSet<>(MORE);
        DOES.values().forEach(words -> known.add(words.replaceFirst(" --.*", "")));
        assertEquals(known, new TreeSet<>(asking));
    }

    /** Those with an option for the host to ask. */
    private static void gather(CommandLine line, String name, List<String> asking) {
        if (line.getCommandSpec().findOption("--host") != null) {
            asking.add(name);
        }
        line.getSubcommands().forEach((word, below) -> gather(below, (name + " " + word).strip(), asking));
    }

    @Test
    void everyCommandThatPrintsDataPrintsItAsJson() throws Exception {
        host.greet("hello", "Salut", "live");
        host.greet("hello", "Servus", "next");
        host.get("/f/hello").expect(200);
        for (String words : List.of(
                "list",
                "show hello",
                "versions hello",
                "alias hello",
                "alias hello live",
                "canary hello 2 --weight 5",
                "rollback hello",
                "events hello",
                "calls hello",
                "bindings",
                "key list",
                "key create --label ci --allow read",
                "token hello",
                "tenant list",
                "secret list",
                "top --once --interval 10ms",
                "health",
                "remove hello")) {
            assertTrue(json(words + " --output json").isObject(), words);
        }
        assertTrue(json("openapi").has("openapi"));
        run("metrics").exits(ExitCode.OK).prints("# TYPE mayfly_slots_in_use gauge");
        run("health").exits(ExitCode.OK).prints("catalog", "UP");
    }

    @Test
    void aVersionIsRemovedUnlessAnAliasPointsToIt() throws Exception {
        host.greet("hello", "Salut", "live");
        host.greet("hello", "Servus", "live");
        run("versions hello --remove 2").exits(ExitCode.FAILED).says("version 2 of hello was not removed");
        run("versions hello --remove 1").exits(ExitCode.OK).says("version 1 of hello is removed");
    }

    @Test
    void aHostWithACertificateOfOnesOwnIsReachedWithItsFile(@TempDir Path folder) throws Exception {
        Identity.make(folder, "own", "EC");
        HostConfig config = TestHost.config(folder.resolve("data"));
        try (Host secured = Host.start(config.withAccess(config.access()
                .withTls(new AccessConfig.TlsFiles(folder.resolve("tls.pem"), folder.resolve("tls.key")))))) {
            String[] list = {
                "list",
                "--host",
                secured.adminUri().toString(),
                "--data-folder",
                folder.resolve("data").toString()
            };
            CapturedRun.of(list).exits(ExitCode.UNREACHABLE);
            CapturedRun.of(with(list, folder.resolve("tls.pem")))
                    .exits(ExitCode.OK)
                    .says("nothing is deployed yet");
            CapturedRun.of(with(list, folder.resolve("none")))
                    .exits(ExitCode.FAILED)
                    .says("no readable file");
            CapturedRun.of(with(list, folder.resolve("tls.key")))
                    .exits(ExitCode.USAGE)
                    .says("--ca-file");
        }
    }

    private static String[] with(String[] words, Path caFile) {
        List<String> more = new ArrayList<>(List.of(words));
        more.addAll(List.of("--ca-file", caFile.toString()));
        return more.toArray(String[]::new);
    }

    private static CommandLine all() {
        return Main.commandLine(CapturedRun.plain().context());
    }

    private CapturedRun run(String words) {
        List<String> arguments = new ArrayList<>(List.of(words.split(" ", -1)));
        arguments.addAll(List.of("--host", host.host().adminUri().toString(), "--key", host.key()));
        return CapturedRun.of(arguments.toArray(String[]::new));
    }

    private JsonNode json(String words) throws IOException {
        return Json.parse(run(words).exits(ExitCode.OK).out().getBytes(StandardCharsets.UTF_8));
    }
}
