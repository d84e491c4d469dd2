package dev.mayfly.host.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.host.testing.Guests;
import dev.mayfly.host.testing.Waiting;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code mayfly dev} on a project whose "compiler" is cp. Runs without a terminal and without input, as under a supervisor. */
@Timeout(120)
final class DevCommandTest {
    @TempDir
    private Path folder;

    private final CapturedRun run = CapturedRun.plain();
    private final HttpClient http = HttpClient.newHttpClient();

    @SuppressWarnings("NullAway.Init")
    private Thread dev;

    @BeforeEach
    void project() throws IOException {
        Files.createDirectories(folder.resolve("src"));
        source(Guests.file("hello"));
        manifest("cp src/function.wasm out.wasm", "Hello");
    }

    @AfterEach
    void stop() throws InterruptedException {
        run.stop();
        if (dev != null) {
            dev.join();
        }
        http.close();
    }

    @Test
    void aChangedSourceIsBuiltAndServed() throws Exception {
        String url = start();
        assertEquals("Hello, Ada!\n", get(url + "/Ada"));
        source(Guests.file("echo"));
        awaitSaid("changed: src/function.wasm", 1);
        awaitSaid("hello is deployed: ", 2);
        assertEquals("body", post(url, "body"));
    }

    @Test
    void aBrokenBuildIsShownAndTheVersionBeforeKeepsAnswering() throws Exception {
        String url = start();
        manifest("echo 'error: expected one of these' >&2; exit 1", "Hello");
        awaitSaid("error: expected one of these", 1);
        awaitSaid("the version before keeps answering", 1);
        assertEquals("Hello, Ada!\n", get(url + "/Ada"));
        manifest("cp src/function.wasm out.wasm", "Welcome back");
        awaitSaid("hello is deployed: ", 2);
        assertEquals("Welcome back, Ada!\n", get(url + "/Ada"));
    }

    @Test
    void aBrokenComponentIsShownAndTheVersionBeforeKeepsAnswering() throws Exception {
        String url = start();
        source(Guests.file("bad/unknown-imports"));
        awaitSaid("hello was not deployed: ", 1);
        assertEquals("Hello, Ada!\n", get(url + "/Ada"));
    }

    @Test
    void aBrokenManifestIsShownAndTheVersionBeforeKeepsAnswering() throws Exception {
        String url = start();
        Files.writeString(folder.resolve("mayfly.toml"), "name = hello\n");
        awaitSaid("mayfly.toml:1:", 1);
        assertEquals("Hello, Ada!\n", get(url + "/Ada"));
    }

    @Test
    void aBuildThatIsBrokenAtFirstIsWaitedFor() throws Exception {
        manifest("exit 1", "Hello");
        dev = Thread.startVirtualThread(() -> run.run("dev", folder.toString(), "--port", "0"));
        awaitSaid("waiting for a change", 1);
        manifest("cp src/function.wasm out.wasm", "Hello");
        awaitSaid("hello is deployed: ", 1);
        assertEquals("Hello, Ada!\n", get(url() + "/Ada"));
    }

    @Test
    void whatTheFunctionLogsIsPrintedAsItComes() throws Exception {
        String url = start();
        get(url + "/Ada");
        Waiting.until("the line is printed", () -> run.out().contains("INFO  greeting Ada\n"));
        get(url + "/Grace");
        Waiting.until("the second line is printed", () -> run.out().contains("INFO  greeting Grace\n"));
        assertEquals(1, occurrences(run.out(), "greeting Ada"));
    }

    @Test
    void stoppingIsDoneInGoodOrder() throws Exception {
        start();
        run.stop();
        dev.join();
        run.exits(ExitCode.OK);
        assertTrue(Files.readString(folder.resolve(".mayfly/.gitignore")).startsWith("*"));
    }

    @Test
    void aFolderThatIsNoProjectIsRefusedAtOnce(@TempDir Path empty) {
        CapturedRun.of("dev", empty.toString(), "--port", "0")
                .exits(ExitCode.FAILED)
                .says("there is no " + empty.resolve("mayfly.toml"));
    }

    private String start() throws Exception {
        dev = Thread.startVirtualThread(() -> run.run("dev", folder.toString(), "--port", "0"));
        awaitSaid("hello is deployed: ", 1);
        return url();
    }

    private String url() {
        return run.out().lines().findFirst().orElseThrow();
    }

    private void source(Path component) throws IOException {
        // In one step, as editors save: a half-written file would be built, fail, and be built again, which is right
        // but another test's matter.
        Path copy = Files.copy(component, folder.resolve(".function.wasm"));
        Files.move(copy, folder.resolve("src/function.wasm"), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    }

    private void manifest(String build, String greeting) throws IOException {
        Files.writeString(folder.resolve("mayfly.toml"), """
                name = "hello"
                build = "%s"
                component = "out.wasm"
                [config]
                greeting = "%s"
                """.formatted(build, greeting));
    }

    private void awaitSaid(String text, int times) throws Exception {
        Waiting.until("it says: " + text, () -> {
            if (!dev.isAlive()) {
                throw new AssertionError("it ended: " + run.err());
            }
            return occurrences(run.err(), text) >= times;
        });
    }

    private static int occurrences(String text, String part) {
        return text.split(java.util.regex.Pattern.quote(part), -1).length - 1;
    }

    private String get(String url) throws Exception {
        return http.send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private String post(String url, String body) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url))
                .POST(HttpRequest.BodyPublishers.ofString(body, StandardCharsets.UTF_8))
                .build();
        return http.send(request, HttpResponse.BodyHandlers.ofString()).body();
    }
}
