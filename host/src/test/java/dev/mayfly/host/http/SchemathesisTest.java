package dev.mayfly.host.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mayfly.host.testing.Guests;
import dev.mayfly.host.testing.TestHost;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The host does as its OpenAPI document says, whatever it is asked: schemathesis makes the requests, valid and not, and judges the answers. */
@Timeout(300)
final class SchemathesisTest {
    private static final int RUN_SECONDS_MAX = 180;

    /** The same requests each time. */
    private static final String SEED = "20260101";

    @TempDir
    private Path folder;

    @Test
    void theHostAnswersAsItsDocumentSays() throws Exception {
        Path home = Guests.home();
        Path schemathesis = home.resolve("target/schemathesis/bin/schemathesis");
        if (!"true".equals(System.getenv("CI"))) {
            assumeTrue(Files.isExecutable(schemathesis), "schemathesis is missing: run tools/schemathesis.sh");
        }
        assertTrue(Files.isExecutable(schemathesis), "schemathesis is missing: run tools/schemathesis.sh");
        try (TestHost host = TestHost.start()) {
            for (String name : List.of("hello", "orders", "spare-1", "spare-2")) {
                host.greet(name, "first", "live");
                host.greet(name, "second", "next");
                host.get("/f/" + name + "/Ada").expect(200);
            }
            Path document = folder.resolve("openapi.json");
            Files.write(document, host.get("/v1/openapi.json").expect(200).bytes());
            Path said = folder.resolve("said.txt");
            int exitCode = run(
                    host,
                    said,
                    schemathesis.toString(),
                    "--config-file",
                    home.resolve("tools/schemathesis.toml").toString(),
                    "run",
                    document.toString(),
                    "--url",
                    host.host().adminUri().toString(),
                    "--seed",
                    SEED);
            assertEquals(0, exitCode, () -> read(said));
            // Nothing that it did has harmed the host.
            host.get("/observe/health").expect(200);
            host.get("/v1/functions").expect(200);
        }
    }

    private int run(TestHost host, Path output, String... command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(List.of(command)))
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().put("MAYFLY_KEY", host.key());
        builder.environment()
                .put(
                        "MAYFLY_KEY_ID",
                        host.get("/v1/keys").json().at("/keys/0/id").asText());
        builder.environment().put("MAYFLY_COMPONENT", Guests.file("hello").toString());
        builder.environment()
                .put(
                        "SCHEMATHESIS_HOOKS",
                        Guests.home().resolve("tools/schemathesis_hooks.py").toString());
        builder.environment().put("NO_COLOR", "1");
        Process process = builder.start();
        try {
            assertTrue(
                    process.waitFor(RUN_SECONDS_MAX, TimeUnit.SECONDS),
                    () -> "schemathesis took more than " + RUN_SECONDS_MAX + " s: " + read(output));
            return process.exitValue();
        } finally {
            process.destroyForcibly();
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "nothing: " + e;
        }
    }
}
