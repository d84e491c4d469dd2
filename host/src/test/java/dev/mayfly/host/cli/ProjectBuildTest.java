package dev.mayfly.host.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.host.catalog.FunctionSettings;
import dev.mayfly.host.testing.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

final class ProjectBuildTest {
    @TempDir
    private Path folder;

    private final CapturedRun captured = CapturedRun.plain();

    @Test
    void theCommandRunsInTheProjectsFolderAndWhatItSaysIsShown() {
        build("echo to out; echo to err >&2; touch out.wasm");
        captured.says("building: echo to out", "to out\n", "to err\n", "built in");
        assertTrue(Files.exists(folder.resolve("out.wasm")));
        assertEquals("", captured.out());
    }

    @Test
    void aFailingCommandFailsWithItsStatus() {
        CommandFailure failure = assertThrows(CommandFailure.class, () -> build("echo broken; exit 7"));
        assertEquals(ExitCode.FAILED, failure.exitCode());
        assertTrue(failure.sentence().contains("status 7"), failure.sentence());
        captured.says("broken");
    }

    @Test
    void aCommandThatIsNotThereIsAMissingTool() {
        CommandFailure failure = assertThrows(CommandFailure.class, () -> build("no-such-compiler --release"));
        assertEquals(ExitCode.TOOL_MISSING, failure.exitCode());
        captured.says("no-such-compiler");
    }

    @Test
    void aBuildThatMakesNoComponentFails() {
        CommandFailure failure = assertThrows(CommandFailure.class, () -> build("true"));
        assertTrue(failure.sentence().contains("out.wasm, although the build went well"), failure.sentence());
    }

    @Test
    void theCommandHasNoInputToWaitFor() {
        build("cat > out.wasm");
        assertTrue(Files.exists(folder.resolve("out.wasm")));
    }

    @Test
    @Timeout(30)
    void whatABuildLeavesRunningIsNotWaitedFor() throws IOException {
        build("sleep 300 & echo $! > daemon; touch out.wasm");
        long daemon = Long.parseLong(Files.readString(folder.resolve("daemon")).strip());
        assertTrue(ProcessHandle.of(daemon).orElseThrow().destroy());
    }

    @Test
    @Timeout(30)
    void stoppingEndsTheBuildAndWhatItStarted() throws Exception {
        Path child = folder.resolve("child");
        CompletableFuture<CommandFailure> stopped = CompletableFuture.supplyAsync(
                () -> assertThrows(CommandFailure.class, () -> build("sh -c 'echo $$ > child; exec sleep 300'; true")));
        Waiting.until("the build runs", () -> Files.isRegularFile(child) && Files.size(child) > 0);
        captured.stop();
        assertTrue(stopped.join().sentence().contains("stopped"), stopped.join().sentence());
        ProcessHandle.of(Long.parseLong(Files.readString(child).strip()))
                .ifPresent(left -> left.onExit().orTimeout(20, TimeUnit.SECONDS).join());
    }

    private void build(String command) {
        new ProjectBuild(captured.context())
                .run(new FunctionManifest(
                        folder.resolve(FunctionManifest.FILE_NAME),
                        "hello",
                        command,
                        folder.resolve("out.wasm"),
                        null,
                        FunctionSettings.NONE,
                        List.of()));
    }
}
