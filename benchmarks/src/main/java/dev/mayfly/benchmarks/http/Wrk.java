package dev.mayfly.benchmarks.http;

import dev.mayfly.benchmarks.measure.Sample;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The load generator wrk, as a process for each round. */
public final class Wrk implements AutoCloseable {
    /** Sixteen connections from one thread: a second one would take the server's place on a small machine. */
    public static final int CONNECTIONS = 16;

    private static final String RESULT = "result ";

    /**
     * What one round came to.
     *
     * @param errors connections, requests and answers that failed
     */
    public record Result(Sample sample, long errors) {}

    private final Path script;

    private Wrk(Path script) {
        this.script = script;
    }

    /** Whether it is installed. */
    public static boolean isInstalled() {
        try {
            Process process = new ProcessBuilder("wrk", "--version")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            process.waitFor();
            return true;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Makes it ready to run; close it afterwards. */
    public static Wrk open() throws IOException {
        Path script = Files.createTempFile("mayfly-bench-", ".lua");
        try (InputStream in = Wrk.class.getResourceAsStream("echo.lua")) {
            if (in == null) {
                throw new IOException("this build of the benchmarks lacks echo.lua");
            }
            Files.write(script, in.readAllBytes());
        }
        return new Wrk(script);
    }

    /** Sends requests with 64 bytes to {@code target} for whole seconds of {@code time}. */
    public Result run(URI target, Duration time) throws IOException {
        return start(target, time, List.of());
    }

    /** Sends requests without a body to {@code target} for whole seconds of {@code time}. */
    public Result get(URI target, Duration time) throws IOException {
        return start(target, time, List.of("--", "get"));
    }

    private Result start(URI target, Duration time, List<String> scriptArguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                "wrk",
                "-t1",
                "-c" + CONNECTIONS,
                "-d" + time.toSeconds() + "s",
                "-s",
                script.toString(),
                target.toString()));
        command.addAll(scriptArguments);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        try (InputStream in = process.getInputStream()) {
            String output = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(10, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IOException("wrk failed: " + output);
            }
            return parse(output);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while wrk runs", e);
        } finally {
            process.destroyForcibly();
        }
    }

    /** Finds the line that the script writes. */
    static Result parse(String output) throws IOException {
        String line = output.lines()
                .filter(text -> text.startsWith(RESULT))
                .findFirst()
                .orElseThrow(() -> new IOException("wrk did not say what it measured: " + output));
        String[] words = line.substring(RESULT.length()).split(" ", 4);
        String latencies = words.length > 3 ? " " + words[3] : "";
        return new Result(Sample.decode(words[0] + " " + words[1] + latencies), Long.parseLong(words[2]));
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(script);
    }
}
