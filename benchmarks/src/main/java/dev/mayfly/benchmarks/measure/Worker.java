package dev.mayfly.benchmarks.measure;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
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
 * A worker's process, seen by whoever gives the commands. Closing it ends the process.
 *
 * <p>Threads: one at a time.
 */
public final class Worker implements Measured, AutoCloseable {
    /** For everything that isn't measuring: starting a JVM, compiling a guest, ending. */
    private static final Duration SLACK = Duration.ofSeconds(60);

    private final String name;
    private final Process process;
    private final BufferedReader in;
    private final Writer out;

    private Worker(String name, Process process) {
        this.name = name;
        this.process = process;
        this.in = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        this.out = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
    }

    /** Starts a program that speaks the {@linkplain WorkerMain protocol}. */
    public static Worker start(String name, List<String> command) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        Worker worker = new Worker(name, process);
        try {
            String first = worker.answer(SLACK);
            if (!first.equals("ready")) {
                throw new IOException("worker " + name + " should say ready, it said: " + first);
            }
            return worker;
        } catch (IOException e) {
            process.destroyForcibly();
            throw e;
        }
    }

    /** Starts a JVM like this one with {@link WorkerMain}. */
    public static Worker startJava(String contender, Path guests) throws IOException {
        List<String> command = javaCommand();
        command.addAll(List.of(WorkerMain.class.getName(), contender, guests.toString()));
        return start(contender, command);
    }

    /** What starts a JVM like this one, up to the main class. */
    public static List<String> javaCommand() {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("--enable-native-access=ALL-UNNAMED");
        for (String property : System.getProperties().stringPropertyNames()) {
            if (property.startsWith("mayfly.")) {
                command.add("-D" + property + "=" + System.getProperty(property));
            }
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        return command;
    }

    @Override
    public Sample run(String workload, int threads, Duration time) throws IOException {
        out.write("run " + workload + " " + threads + " " + time.toNanos() + "\n");
        out.flush();
        String answer = answer(time.plus(SLACK));
        if (!answer.startsWith("done ")) {
            throw new IOException("worker " + name + ", workload " + workload + ": " + answer);
        }
        return Sample.decode(answer.substring("done ".length()));
    }

    private String answer(Duration timeMax) throws IOException {
        CompletableFuture<@Nullable String> line = CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return in.readLine();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                Thread::startVirtualThread);
        try {
            String text = line.get(timeMax.toMillis(), TimeUnit.MILLISECONDS);
            if (text == null) {
                throw new IOException("worker " + name + " ended with exit code " + process.waitFor());
            }
            return text;
        } catch (TimeoutException e) {
            process.destroyForcibly();
            throw new IOException("worker " + name + " gave no answer within " + timeMax.toSeconds() + " s", e);
        } catch (ExecutionException e) {
            throw new IOException("worker " + name + " can't be read", e.getCause());
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while worker " + name + " measures", e);
        }
    }

    /**
     * Ends it.
     *
     * @throws IOException when it found something missing at the end, or doesn't end
     */
    @Override
    public void close() throws IOException {
        out.close();
        try {
            if (!process.waitFor(SLACK.toSeconds(), TimeUnit.SECONDS)) {
                throw new IOException("worker " + name + " does not end");
            }
            if (process.exitValue() != 0) {
                throw new IOException("worker " + name + " ended with exit code " + process.exitValue());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while worker " + name + " ends", e);
        } finally {
            process.destroyForcibly();
        }
    }
}
