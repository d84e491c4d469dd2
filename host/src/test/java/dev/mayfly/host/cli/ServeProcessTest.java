package dev.mayfly.host.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.host.testing.Guests;
import dev.mayfly.host.testing.TestHost;
import dev.mayfly.host.testing.Waiting;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code mayfly serve} as a process of its own: what a supervisor sees of it. */
@Timeout(120)
final class ServeProcessTest {
    @TempDir
    private Path folder;

    @SuppressWarnings("NullAway.Init")
    private Process process;

    @AfterEach
    void kill() {
        if (process != null) {
            process.destroyForcibly();
        }
    }

    @Test
    void aSignalStopsItInGoodOrder() throws Exception {
        for (String signal : List.of("TERM", "INT")) {
            String host = serve();
            run("list", "--host", host).exits(ExitCode.OK);
            signal(signal);
            assertEquals(ExitCode.OK, process.waitFor());
            // And nothing else: what the libraries have to say about a start that went well is no news.
            assertEquals(2, said().lines().count(), said());
            assertTrue(said().matches("started in .*\\nstopping: .*\\n"), said());
            run("list", "--host", host).exits(ExitCode.UNREACHABLE);
        }
    }

    @Test
    void theSecondSignalEndsItAtOnce() throws Exception {
        String host = serve("--deadline", "1h", "--drain", "1h");
        run("deploy", Guests.file("probe").toString(), "--host", host).exits(ExitCode.OK);
        Thread caller = Thread.startVirtualThread(() -> run("invoke", "probe", "/spin", "--host", host));
        Waiting.until("the function runs", () -> slotsInUse(host) == 1);
        signal("TERM");
        Waiting.until("it says that it stops", () -> said().contains("stopping"));
        signal("TERM");
        assertTrue(process.waitFor(5, TimeUnit.SECONDS), "it waits for the function that never ends");
        assertEquals(ExitCode.FAILED, process.exitValue());
        caller.join();
    }

    @Test
    void aSecondHostOnTheSameDataIsRefused() throws Exception {
        serve();
        CapturedRun.of("serve", "--port", "0", "--data", folder.resolve("data").toString())
                .exits(ExitCode.FAILED)
                .says(Long.toString(process.pid()));
    }

    @Test
    void aPortThatIsTakenIsNamed() throws Exception {
        String port = serve().replaceFirst(".*:", "");
        CapturedRun.of(
                        "serve",
                        "--port",
                        port,
                        "--data",
                        folder.resolve("other").toString())
                .exits(ExitCode.FAILED)
                .says(port);
    }

    /** Answers with its admin API's address. */
    private String serve(String... options) throws IOException {
        List<String> command = new ArrayList<>();
        if (Files.isDirectory(Path.of("/proc"))) {
            // Whoever runs the tests in the background ignores SIGINT, and a process that was started so goes on doing
            // so.
            command.addAll(List.of("env", "--default-signal=INT,TERM,HUP"));
        }
        command.add(ProcessHandle.current().info().command().orElseThrow());
        command.add("--enable-native-access=ALL-UNNAMED");
        String engine = System.getProperty("mayfly.engine.path");
        if (engine != null) {
            command.add("-Dmayfly.engine.path=" + engine);
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        command.addAll(
                List.of("serve", "--port", "0", "--data", folder.resolve("data").toString()));
        command.addAll(List.of(options));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectError(folder.resolve("err").toFile());
        // A JVM says on standard error that it has seen it.
        builder.environment().remove("JDK_JAVA_OPTIONS");
        process = builder.start();
        BufferedReader out = process.inputReader();
        String line = out.readLine();
        assertTrue(line != null && line.contains(" listens on http://"), () -> line + said());
        String admin = out.readLine();
        assertTrue(admin != null && admin.startsWith("admin API on http://127.0.0.1:"), () -> admin + said());
        return admin.replaceFirst("admin API on ([^,]*), .*", "$1");
    }

    /** With the key that it finds in the data folder. */
    private CapturedRun run(String... arguments) {
        String[] all = Arrays.copyOf(arguments, arguments.length + 2);
        all[arguments.length] = "--data-folder";
        all[arguments.length + 1] = folder.resolve("data").toString();
        return CapturedRun.of(all);
    }

    private double slotsInUse(String host) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest metrics = HttpRequest.newBuilder(URI.create(host + "/observe/metrics"))
                    .header("Authorization", "Bearer " + TestHost.key(folder.resolve("data")))
                    .build();
            return client.send(metrics, HttpResponse.BodyHandlers.ofString())
                    .body()
                    .lines()
                    .filter(line -> line.startsWith("mayfly_slots_in_use "))
                    .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(' '))))
                    .sum();
        }
    }

    private void signal(String name) throws Exception {
        assertEquals(
                0,
                new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                        .start()
                        .waitFor());
    }

    private String said() {
        try {
            return Files.readString(folder.resolve("err"));
        } catch (IOException unreadable) {
            return unreadable.toString();
        }
    }
}
