package dev.mayfly.host.cli;

import dev.mayfly.host.quantity.TimeSpan;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Runs a project's build command. What the command prints goes to the terminal's {@code err}, line by line as it comes. */
final class ProjectBuild {
    /** Set by the launcher: the folder with {@code tools/}. */
    private static final String HOME_PROPERTY = "mayfly.home";

    private static final Pattern USES_CARGO = Pattern.compile("\\bcargo\\b");

    private static final Duration STOP_POLL = Duration.ofMillis(50);

    private static final Duration OUTPUT_WAIT = Duration.ofSeconds(2);

    /** What sh answers with for a command that isn't there (POSIX.1-2024, 2.8.2). */
    private static final int COMMAND_NOT_FOUND = 127;

    private final CommandContext context;
    private @Nullable String rustc;

    ProjectBuild(CommandContext context) {
        this.context = context;
    }

    /**
     * Builds the project and sees to it that its component is there.
     *
     * @throws CommandFailure when it isn't, or the command fails or is stopped
     */
    void run(FunctionManifest manifest) {
        Terminal terminal = context.terminal();
        String build = manifest.build();
        if (build != null) {
            terminal.note("building: " + build);
            long startNs = System.nanoTime();
            int status = execute(manifest.folder(), build);
            if (status == COMMAND_NOT_FOUND) {
                throw new CommandFailure(
                        ExitCode.TOOL_MISSING,
                        "a tool that the build needs is missing (see above)",
                        "install it, or change build in " + manifest.file());
            }
            if (status != 0) {
                throw new CommandFailure(ExitCode.FAILED, "the build failed with status " + status + " (see above)");
            }
            terminal.note("built in " + TimeSpan.ofNanos(System.nanoTime() - startNs));
        }
        if (!Files.isRegularFile(manifest.component())) {
            throw new CommandFailure(
                    ExitCode.FAILED,
                    "there is no " + manifest.component() + (build == null ? "" : ", although the build went well"),
                    "component in " + manifest.file() + " names what "
                            + (build == null ? "is deployed; build says how it is made" : "the build makes"));
        }
    }

    private int execute(Path folder, String build) {
        ProcessBuilder shell =
                new ProcessBuilder("sh", "-c", build).directory(folder.toFile()).redirectErrorStream(true);
        Map<String, String> environment = shell.environment();
        if (USES_CARGO.matcher(build).find() && environment.get("RUSTC") == null) {
            String found = rustcForWebAssembly();
            if (found != null) {
                environment.put("RUSTC", found);
            }
        }
        if (context.terminal().errColours()) {
            // The command writes into a pipe, and yet a person reads along.
            environment.putIfAbsent("CARGO_TERM_COLOR", "always");
            environment.putIfAbsent("CLICOLOR_FORCE", "1");
        }
        return waitFor(start(shell));
    }

    /** The rustc that the source tree's tool finds or gets, once; null where Mayfly runs without its source tree, and the user's own has to do. */
    private @Nullable String rustcForWebAssembly() {
        String home = System.getProperty(HOME_PROPERTY);
        if (rustc == null && home != null) {
            Process tool = start(new ProcessBuilder(home + "/tools/rust-wasm.sh"));
            StringBuilder path = new StringBuilder();
            Thread reader = Thread.startVirtualThread(() -> readLines(tool.getInputStream(), path::append));
            Thread notes = Thread.startVirtualThread(() -> readLines(tool.getErrorStream(), context.terminal()::note));
            int status = waitUnlessStopped(tool);
            join(reader);
            join(notes);
            if (status != 0) {
                throw new CommandFailure(
                        ExitCode.TOOL_MISSING, "there is no Rust compiler for WebAssembly (see above)");
            }
            rustc = path.toString();
        }
        return rustc;
    }

    private static Process start(ProcessBuilder command) {
        try {
            Process process = command.start();
            process.getOutputStream().close();
            return process;
        } catch (IOException failed) {
            throw new CommandFailure(
                    ExitCode.TOOL_MISSING, command.command().getFirst() + " can't be started: " + failed.getMessage());
        }
    }

    private int waitFor(Process process) {
        Thread reader = Thread.startVirtualThread(() -> readLines(process.getInputStream(), context.terminal()::note));
        int status = waitUnlessStopped(process);
        join(reader);
        return status;
    }

    private int waitUnlessStopped(Process process) {
        try {
            while (!process.waitFor(STOP_POLL.toMillis(), TimeUnit.MILLISECONDS)) {
                if (context.stop().isRequested()) {
                    throw stopped(process);
                }
            }
            return process.exitValue();
        } catch (InterruptedException interrupted) {
            context.stop().request();
            throw stopped(process);
        }
    }

    private static CommandFailure stopped(Process process) {
        process.descendants().forEach(ProcessHandle::destroy);
        process.destroy();
        return new CommandFailure(ExitCode.FAILED, "the build was stopped");
    }

    private static void join(Thread reader) {
        try {
            // A daemon that the build leaves behind may hold its output open for ever.
            reader.join(OUTPUT_WAIT);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void readLines(InputStream stream, Consumer<String> reader) {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                reader.accept(line);
            }
        } catch (IOException closed) {
            // The process was stopped; what it would have said no longer matters.
        }
    }
}
