package dev.mayfly.engine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Compiles components ahead of time, each in a process of its own: a component that makes the compiler run away, crash or eat memory costs its
 * uploader an error and the host nothing.
 *
 * <p>The process ends with the host: it holds on to its standard input, which closes when this JVM goes, however it goes.
 *
 * <p>Threads: any; each call waits for its own process. An interrupted call ends the process and throws.
 *
 * @param memoryBytesMax address space a compilation may use
 * @param timeMax how long a compilation may take
 */
public record Compiler(EngineConfig engine, long memoryBytesMax, Duration timeMax) {
    private static final int EXIT_INVALID = 10;
    private static final int EXIT_INTERNAL = 11;
    private static final int EXIT_MISSING_IMPORTS = 12;
    private static final int OUTPUT_BYTES_MAX = 1 << 20;

    public Compiler {
        if (memoryBytesMax < 256L << 20) {
            throw new MayflyException.Invalid(
                    "compile-memory-bytes-max=" + memoryBytesMax + " is too small: at least 268435456");
        }
        if (timeMax.isNegative() || timeMax.isZero()) {
            throw new MayflyException.Invalid("compile-time-max=" + timeMax + " must be positive");
        }
    }

    /** 4 GiB and 120 seconds. */
    public static Compiler withDefaultLimits(EngineConfig engine) {
        return new Compiler(engine, 4L << 30, Duration.ofMinutes(2));
    }

    /**
     * Compiles a component, or a core module that is made one, to an artifact for this engine. Which can be says {@code componentize.rs}.
     *
     * @param input the WebAssembly binary
     * @param output where the artifact is written; not yet flushed to disk. On a failure it may hold anything
     * @return what the component asks for and offers
     * @throws MayflyException.MissingImports when it is for WASI 0.3, with each interface of that
     * @throws MayflyException.Invalid when {@code input} is not such a binary; the message says where and why
     * @throws MayflyException.LimitExceeded when it takes longer or more memory than allowed
     */
    public ComponentDescription compile(Path input, Path output) throws InterruptedException {
        return run(input, output, List.of()).description();
    }

    /** The same with the functions that an earlier compilation kept; keeps its own. */
    public CompileReport compile(Path input, Path output, CodePack pack) throws InterruptedException {
        return run(
                input,
                output,
                List.of(
                        "--cache=" + pack.input(),
                        "--cache-output=" + pack.output(),
                        "--cache-bytes-max=" + pack.bytesMax()));
    }

    /**
     * Makes a component that behaves the same and lets the engine read what its instance holds: {@link Engine#prelinkKept}.
     *
     * @param input as for {@link #compile}
     * @param output where the component is written; it is not compiled
     * @throws MayflyException.Invalid when that can't be captured of such a component, with a line a cause
     * @throws MayflyException.LimitExceeded as {@link #compile} does
     */
    public void instrument(Path input, Path output) throws InterruptedException {
        run(input, output, List.of("--instrument"));
    }

    /**
     * Makes a component whose instances start with a captured state.
     *
     * @param input what was {@linkplain #instrument instrumented}
     * @param state what {@link PrelinkedComponent#capture} wrote
     * @param output where the component is written; it is not compiled
     * @throws MayflyException.Invalid when it can't be done
     * @throws MayflyException.LimitExceeded as {@link #compile} does
     */
    public void rewrite(Path input, Path state, Path output) throws InterruptedException {
        run(input, output, List.of("--rewrite=" + state));
    }

    private CompileReport run(Path input, Path output, List<String> options) throws InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                NativeFiles.compiler().toString(),
                "--memory-bytes-max=" + engine.memoryBytesMax(),
                "--address-space-bytes-max=" + memoryBytesMax,
                input.toString(),
                output.toString()));
        command.addAll(options);
        Path report = null;
        try {
            report = Files.createTempFile("mayfly-compile-", ".txt");
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(report.toFile())
                    .start();
            try {
                if (!process.waitFor(timeMax.toMillis(), TimeUnit.MILLISECONDS)) {
                    throw new MayflyException.LimitExceeded(
                            "compile-time-max",
                            "compiling took longer than " + timeMax.toSeconds()
                                    + " s and was stopped (limit compile-time-max)");
                }
            } finally {
                process.destroyForcibly().waitFor();
            }
            return result(process.exitValue(), read(report));
        } catch (IOException e) {
            throw new MayflyException.Internal("the compiler can't be run: " + e.getMessage(), e);
        } finally {
            delete(report);
        }
    }

    private CompileReport result(int exit, String text) {
        return switch (exit) {
            case 0 -> CompileReport.parse(text);
            case EXIT_INVALID -> throw new MayflyException.Invalid(text.strip());
            case EXIT_MISSING_IMPORTS ->
                throw new MayflyException.MissingImports(text.strip().lines().toList());
            case EXIT_INTERNAL -> throw new MayflyException.Internal("compiling failed: " + text.strip());
            // Out of memory ends the process by a signal: 128 + SIGABRT, or SIGKILL by the kernel.
            case 134, 137 ->
                throw new MayflyException.LimitExceeded(
                        "compile-memory-bytes-max",
                        "compiling needs more memory than " + (memoryBytesMax >> 20)
                                + " MiB (limit compile-memory-bytes-max)");
            default ->
                throw new MayflyException.Internal("the compiler ended with exit code " + exit + ": " + text.strip());
        };
    }

    private static String read(Path report) throws IOException {
        try (var in = Files.newInputStream(report)) {
            return new String(in.readNBytes(OUTPUT_BYTES_MAX), StandardCharsets.UTF_8);
        }
    }

    private static void delete(@org.jspecify.annotations.Nullable Path report) {
        if (report != null) {
            try {
                Files.deleteIfExists(report);
            } catch (IOException e) {
                report.toFile().deleteOnExit();
            }
        }
    }
}
