package dev.mayfly.host.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.host.AccessConfig;
import dev.mayfly.host.FunctionLimits;
import dev.mayfly.host.HostConfig;
import dev.mayfly.host.Limits;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

final class HostConfigurationTest {
    @TempDir
    private Path folder;

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve(HostConfiguration.FILE_NAME), text);
    }

    private HostConfiguration read(String text) throws IOException {
        return HostConfiguration.read(new HostConfiguration.Sources(file(text), Map.of(), Map.of(), Map.of()));
    }

    /** Each is wrong, at a line and column of the file and with these words. */
    private void refused(String text, String... places) throws IOException {
        List<String> problems = read(text).problems().stream()
                .map(problem -> problem.toString().replace(folder + "/" + HostConfiguration.FILE_NAME + ":", ""))
                .toList();
        assertEquals(places.length, problems.size(), problems::toString);
        for (int i = 0; i < places.length; i++) {
            assertTrue(problems.get(i).startsWith(places[i]), problems.get(i) + " is not: " + places[i]);
        }
    }

    private static HostConfig good(HostConfiguration configuration) {
        assertEquals(List.of(), configuration.problems());
        return configuration.config();
    }

    @Test
    void withoutAnythingAHostHasItsDefaults() {
        HostConfiguration nothing = HostConfiguration.read(
                new HostConfiguration.Sources(null, Map.of(), Map.of(), Map.of("data-folder", folder.toString())));
        assertEquals(HostConfig.defaults().withDataFolder(folder), good(nothing));
        assertNull(nothing.file());
    }

    @Test
    void theFileSaysEverythingThatAHostCanBeTold() throws IOException {
        Path data = folder.resolve("data");
        HostConfiguration configuration = read("""
                data-folder: data
                drain: 3s
                functions-public: true
                snapshot-store: images
                listen: {address: 0.0.0.0, port: 8080}
                admin:
                  address: '::1'
                  port: 9090
                tls: {certificate: tls/cert.pem, key: /etc/key.pem}
                observe:
                  access-log: '-'
                  log-functions: true
                  timing: false
                  function-metrics-max: 7
                  otlp-endpoint: http://127.0.0.1:4318
                  trace-ratio: 0.25
                limits:
                  deadline: 2s
                  memory-bytes-max: 128MiB
                function-defaults:
                  queue-length: 5
                tenant-weights:
                  acme: 3
                bindings:
                  cache: {kind: kv, provider: memory}
                """);
        HostConfig config = good(configuration);
        assertEquals(data, config.dataFolder());
        assertEquals(configuration.file(), config.configFile());
        assertEquals(Duration.ofSeconds(3), config.drain());
        assertEquals("0.0.0.0:8080", config.address() + ":" + config.port());
        assertEquals(
                new AccessConfig(
                        "::1",
                        9090,
                        true,
                        new AccessConfig.TlsFiles(folder.resolve("tls/cert.pem"), Path.of("/etc/key.pem"))),
                config.access());
        assertEquals(
                HostConfig.defaults()
                        .observe()
                        .withAccessLog(Path.of("-"))
                        .withLogFunctions(true)
                        .withTiming(false)
                        .withFunctionMetricsMax(7)
                        .withOtlpEndpoint(URI.create("http://127.0.0.1:4318"))
                        .withTraceRatio(0.25),
                config.observe());
        assertEquals(
                Limits.defaults()
                        .withDeadline(Duration.ofSeconds(2))
                        .withMemoryBytesMax(128 << 20)
                        .withFunctionDefaults(FunctionLimits.parse(Map.of("queue-length", "5"))),
                config.limits());
        assertEquals(Map.of("acme", 3), config.tenantWeights());
        assertEquals("images", config.snapshotStore());
    }

    @Test
    void optionsAreOverPropertiesThoseOverVariablesAndThoseOverTheFile() throws IOException {
        Path file = file("drain: 1s\nlimits: {deadline: 1s, queue-time-max: 1s, cpu-time-max: 1s}\n");
        HostConfiguration configuration = HostConfiguration.read(new HostConfiguration.Sources(
                file,
                Map.of(
                        "MAYFLY_LIMITS_DEADLINE", "2s",
                        "MAYFLY_LIMITS_QUEUE_TIME_MAX", "2s",
                        "MAYFLY_LIMITS_CPU_TIME_MAX", "2s",
                        "MAYFLY_TENANT_WEIGHTS", "acme=3, beta=2"),
                Map.of("mayfly.limits.queue-time-max", "3s", "mayfly.limits.cpu-time-max", "3s"),
                Map.of("limits.cpu-time-max", "4s")));
        HostConfig config = good(configuration);
        assertEquals(Duration.ofSeconds(1), config.drain());
        assertEquals(Duration.ofSeconds(2), config.limits().deadline());
        assertEquals(Duration.ofSeconds(3), config.limits().queueTimeMax());
        assertEquals(Duration.ofSeconds(4), config.limits().cpuTimeMax());
        assertEquals(Map.of("acme", 3, "beta", 2), config.tenantWeights());
        assertEquals(
                List.of(
                        "FILE " + file + ":1:8",
                        "ENVIRONMENT MAYFLY_LIMITS_DEADLINE",
                        "OPTION --cpu-time-max",
                        "PROPERTY mayfly.limits.queue-time-max",
                        "ENVIRONMENT MAYFLY_TENANT_WEIGHTS",
                        "ENVIRONMENT MAYFLY_TENANT_WEIGHTS"),
                configuration.values().stream()
                        .filter(value -> value.origin() != Origin.DEFAULT)
                        .map(value -> value.origin() + " " + value.place())
                        .toList());
    }

    @Test
    void theFileIsTheOneNamedElseTheOneInTheDataFolder() throws IOException {
        Path own = file("drain: 1s\n");
        Path other = Files.writeString(folder.resolve("other.yaml"), "drain: 2s\n");
        Map<String, String> data = Map.of("MAYFLY_DATA_FOLDER", folder.toString());
        assertEquals(
                own,
                HostConfiguration.read(new HostConfiguration.Sources(null, data, Map.of(), Map.of()))
                        .file());
        Map<String, String> named = Map.of("MAYFLY_CONFIG", other.toString());
        assertEquals(
                other,
                HostConfiguration.read(new HostConfiguration.Sources(null, named, Map.of(), Map.of()))
                        .file());
        assertEquals(
                own,
                HostConfiguration.read(new HostConfiguration.Sources(own, named, Map.of(), Map.of()))
                        .file());
        HostConfiguration missing = HostConfiguration.read(
                new HostConfiguration.Sources(folder.resolve("no.yaml"), Map.of(), Map.of(), Map.of()));
        assertTrue(
                missing.problems().toString().contains("no.yaml can't be read"),
                () -> missing.problems().toString());
    }

    @Test
    void aFileInTheDataFolderCanNotNameAnother() throws IOException {
        Map<String, String> options = Map.of("data-folder", folder.toString());
        file("data-folder: elsewhere\n");
        List<ConfigProblem> problems = HostConfiguration.read(
                        new HostConfiguration.Sources(null, Map.of(), Map.of(), options))
                .problems();
        assertTrue(problems.toString().contains("another data folder"), problems::toString);
        file("data-folder: .\n");
        good(HostConfiguration.read(new HostConfiguration.Sources(null, Map.of(), Map.of(), options)));
    }

    @Test
    void everythingThatIsWrongIsSaidAtOnceEachWithItsPlace() throws IOException {
        refused(
                """
                listn: {}
                port: 80
                limits:
                  deadlne: 3s
                  deadline: 3
                  header-count-max: [1]
                  queue-length-max: 100001
                tls: {key: key.pem}
                tenant-weights: {Acme: 1, acme: 0}
                listen: 7373
                """,
                "1:1: listn is unknown; did you mean listen?",
                "2:1: port is unknown; did you mean listen.port?",
                "4:3: limits.deadlne is unknown; did you mean deadline?",
                "5:13: limits.deadline: '3' is not a time: write a number with ms, s, m, h or d",
                "6:21: limits.header-count-max must be a single value",
                "9:18: tenant-weights.Acme is unknown; a tenant's name is",
                "10:9: listen must be a mapping",
                "7:21: limit queue-length-max=100001 is out of range: 0 to 100000",
                "9:33: weight=0 of tenant acme is out of range: 1 to 1000",
                "8:12: tls.key needs tls.certificate beside it");
    }

    @Test
    void anUnknownNameWithoutANeighbourIsToldWhatThereIs() throws IOException {
        refused("listen: {tls: true}\n", "1:10: listen.tls is unknown; there are address, port");
    }

    @Test
    void limitsThatBoundOneAnotherMayBeGivenInAnyOrder() throws IOException {
        for (String sizes : List.of("300MiB 400MiB", "1MiB 2MiB")) {
            String body = "request-body-bytes-max: " + sizes.split(" ", 2)[0];
            String buffers = "buffer-bytes-max: " + sizes.split(" ", 2)[1];
            assertEquals(
                    good(read("limits: {" + body + ", " + buffers + "}\n")).limits(),
                    good(read("limits: {" + buffers + ", " + body + "}\n")).limits());
        }
        refused("limits: {request-body-bytes-max: 300MiB}", "1:34: limit buffer-bytes-max=");
    }

    @Test
    void memoryIsInWholePages() throws IOException {
        refused("limits: {memory-bytes-max: 64000000}", "1:28: limit memory-bytes-max=64000000 must be a multiple of");
    }

    @Test
    void variablesAndPropertiesThatAreNearlyASettingAreRefusedAndOthersAreNot() {
        HostConfiguration configuration = HostConfiguration.read(new HostConfiguration.Sources(
                null,
                Map.of(
                        "MAYFLY_LIMITS_DEADLNE", "3s",
                        "MAYFLY_KEY", "mf_x",
                        "MAYFLY_ADMIN_PORT", "tcp://10.0.0.1:7374",
                        "MAYFLY_SERVICE_HOST", "10.0.0.1",
                        "MAYFLY_LISTEN_ADDRESS", ""),
                Map.of("mayfly.port", "80", "mayfly.home", "/opt/mayfly"),
                Map.of("data-folder", folder.toString())));
        assertEquals(
                List.of(
                        "mayfly.port: unknown; did you mean mayfly.listen.port?",
                        "MAYFLY_LIMITS_DEADLNE: unknown; did you mean MAYFLY_LIMITS_DEADLINE?"),
                configuration.problems().stream().map(ConfigProblem::toString).toList());
    }

    @Test
    void noProblemQuotesAnEndpointWhichMayHaveAPassword() throws IOException {
        HostConfiguration configuration = read("observe: {otlp-endpoint: 'http//u:t0psecret@h'}\n");
        assertEquals(1, configuration.problems().size());
        assertTrue(
                !configuration.problems().toString().contains("t0psecret"),
                () -> configuration.problems().toString());
    }

    static RecordComponent[] limits() {
        return Arrays.stream(Limits.class.getRecordComponents())
                .filter(limit -> !limit.getType().equals(FunctionLimits.class))
                .toArray(RecordComponent[]::new);
    }

    @ParameterizedTest
    @MethodSource("limits")
    void everyLimitIsASettingOfItsName(RecordComponent limit) throws ReflectiveOperationException {
        String name = limit.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
        Object before = limit.getAccessor().invoke(Limits.defaults());
        Object expected = switch (before) {
            case Duration time -> time.plusSeconds(1);
            // Down a step of 64 KiB where that is left, as some may not be passed by others.
            case Long size -> size > 65_536 ? size - 65_536 : size + 1;
            case Integer count -> count > 1 ? count - 1 : count + 1;
            default -> throw new AssertionError(limit + " is of a type without a setting");
        };
        String given = expected instanceof Duration time ? time.toSeconds() + "s" : expected.toString();
        HostConfiguration configuration = HostConfiguration.read(new HostConfiguration.Sources(
                null, Map.of(), Map.of("mayfly.limits." + name, given), Map.of("data-folder", folder.toString())));
        assertEquals(expected, limit.getAccessor().invoke(good(configuration).limits()));
    }

    @Test
    void whatASettingSaysOfItsDefaultIsReadAsThatDefault() {
        for (Setting<?> setting : HostSettings.known()) {
            String text = setting.defaultText();
            if (text != null) {
                assertEquals(
                        HostConfig.defaults(), setting.set(HostConfig.defaults(), text), setting.key() + "=" + text);
            }
        }
    }

    @Test
    void aLimitsNameInAProblemLeadsToItsOption() {
        assertEquals("--component-bytes-max", HostSettings.optionOfLimit("component-bytes-max"));
        assertEquals("--deadline", HostSettings.optionOfLimit("deadline-ms"));
        assertNull(HostSettings.optionOfLimit("disk-space"));
    }

    @ParameterizedTest
    @CsvSource({"aliases, yaml-alias-count-max=0", "depth, yaml-depth-max=20", "size, yaml-bytes-max=1048576"})
    void aSmallFileThatWouldBecomeALotIsRefused(String bomb, String limit) throws IOException {
        String text = switch (bomb) {
            case "aliases" -> "a: &a [1, 1]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]\n";
            case "depth" -> "[".repeat(100_000);
            default -> "#".repeat(YamlNode.BYTES_MAX + 1);
        };
        List<ConfigProblem> problems = read(text).problems();
        assertEquals(1, problems.size());
        assertTrue(problems.toString().contains(limit), problems::toString);
    }

    @Test
    void aFileAtTheLimitsIsRead() throws IOException {
        refused(
                "bindings: " + "[".repeat(YamlNode.DEPTH_MAX - 1) + "]".repeat(YamlNode.DEPTH_MAX - 1)
                        + "\nlisten: {port: x}\n",
                "2:16: listen.port: 'x' is not a count");
        good(read("#".repeat(YamlNode.BYTES_MAX)));
    }
}
