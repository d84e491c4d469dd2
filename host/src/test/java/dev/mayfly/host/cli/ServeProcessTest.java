package dev.mayfly.host.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
            CapturedRun.of("list", "--host", host).exits(ExitCode.OK);
            signal(signal);
            assertEquals(ExitCode.OK, process.waitFor());
            String said = said();
            assertTrue(said.contains("stopping"), said);
            CapturedRun.of("list", "--host", host).exits(ExitCode.UNREACHABLE);
        }
    }

    @Test
    void theSecondSignalEndsItAtOnce() throws Exception {
        String host = serve();
        CapturedRun.of("deploy", Guests.wasm("probe").toString(), "--host", host)
                .exits(ExitCode.OK);
        Thread caller = Thread.startVirtualThread(() -> CapturedRun.of("invoke", "probe", "/spin", "--host", host));
        Await.until(() -> CapturedRun.of("show", "probe", "--host", host).out().contains("probe"));
        signal("TERM");
        Await.until(() -> said().contains("stopping"));
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

    /** Answers with its address. */
    private String serve() throws IOException {
        List<String> command = new ArrayList<>(
                List.of(ProcessHandle.current().info().command().orElseThrow(), "--enable-native-access=ALL-UNNAMED"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        command.addAll(
                List.of("serve", "--port", "0", "--data", folder.resolve("data").toString()));
        process = new ProcessBuilder(command)
                .redirectError(folder.resolve("err").toFile())
                .start();
        BufferedReader out = process.inputReader();
        String line = out.readLine();
        assertTrue(line != null && line.contains(" listens on http://"), () -> line + said());
        return line.replaceFirst(".* listens on ", "");
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
