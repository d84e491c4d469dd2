package dev.mayfly.benchmarks.measure;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A process that is talked to in lines. What it says on its standard error is kept for when it fails. It is asked to end by the end of its input.
 *
 * <p>Threads: one at a time.
 */
public final class ChildProcess implements AutoCloseable {
    private static final Duration ENDING_TIME_MAX = Duration.ofSeconds(60);
    private static final int LOG_CHARACTERS_SHOWN = 4000;

    private final String name;
    private final Process process;
    private final Path log;
    private final BufferedReader in;
    private final Writer out;

    private ChildProcess(String name, Process process, Path log) {
        this.name = name;
        this.process = process;
        this.log = log;
        this.in = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        this.out = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
    }

    /**
     * Starts a process.
     *
     * @param name of it in messages
     */
    public static ChildProcess start(String name, List<String> command) throws IOException {
        Path log = Files.createTempFile("mayfly-bench-" + name + "-", ".log");
        try {
            Process process =
                    new ProcessBuilder(command).redirectError(log.toFile()).start();
            return new ChildProcess(name, process, log);
        } catch (IOException e) {
            Files.delete(log);
            throw e;
        }
    }

    /** What starts a JVM like this one, up to the main class. */
    public static List<String> java(String... options) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(javaOptions());
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        return command;
    }

    /**
     * The options for a heap that is taken from the system beforehand, so that nothing measures how the kernel hands out a growing one's pages.
     *
     * @param size as the JVM reads it, like {@code 512m}
     */
    public static String[] fixedHeap(String size) {
        return new String[] {"-Xms" + size, "-Xmx" + size, "-XX:+AlwaysPreTouch"};
    }

    /** The options that every JVM of Mayfly needs, and this one's settings. */
    public static List<String> javaOptions() {
        List<String> options = new ArrayList<>();
        options.add("--enable-native-access=ALL-UNNAMED");
        for (String property : System.getProperties().stringPropertyNames()) {
            if (property.startsWith("mayfly.")) {
                options.add("-D" + property + "=" + System.getProperty(property));
            }
        }
        return options;
    }

    /** Sends a line. */
    public void say(String line) throws IOException {
        out.write(line + "\n");
        out.flush();
    }

    /**
     * Waits for a line.
     *
     * @throws IOException when none comes in time, after which the process is gone
     */
    public String hear(Duration timeMax) throws IOException {
        CompletableFuture<@Nullable String> line =
                CompletableFuture.supplyAsync(this::readLine, Thread::startVirtualThread);
        try {
            String text = line.get(timeMax.toMillis(), TimeUnit.MILLISECONDS);
            if (text == null) {
                throw failure("ended with exit code " + process.waitFor());
            }
            return text;
        } catch (TimeoutException e) {
            process.destroyForcibly();
            throw failure("said nothing within " + timeMax.toSeconds() + " s");
        } catch (ExecutionException e) {
            throw failure("can't be read: " + e.getCause());
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw failure("was waited for in vain: interrupted");
        }
    }

    private @Nullable String readLine() {
        try {
            return in.readLine();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A failure of this process, with the end of what it said on its standard error. */
    public IOException failure(String what) {
        String text;
        try {
            text = Files.readString(log);
        } catch (IOException e) {
            text = "(its log can't be read: " + e.getMessage() + ")";
        }
        return new IOException(
                name + " " + what + "\n" + text.substring(Math.max(0, text.length() - LOG_CHARACTERS_SHOWN)));
    }

    /**
     * Has it end.
     *
     * @throws IOException when it doesn't, or says by its exit code that something is wrong
     */
    @Override
    public void close() throws IOException {
        try {
            out.close();
            if (!process.waitFor(ENDING_TIME_MAX.toSeconds(), TimeUnit.SECONDS)) {
                throw failure("does not end");
            }
            if (process.exitValue() != 0) {
                throw failure("ended with exit code " + process.exitValue());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failure("was waited for in vain: interrupted");
        } finally {
            process.destroyForcibly();
            Files.delete(log);
        }
    }
}
