package dev.mayfly.benchmarks.measure;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A worker's process, seen by whoever gives the commands. Closing it ends the process.
 *
 * <p>Threads: one at a time.
 */
public final class Worker implements Measured, AutoCloseable {
    /** For everything that isn't measuring: starting a JVM, compiling a guest. */
    private static final Duration SLACK = Duration.ofSeconds(60);

    private static final String HEAP = "1g";

    private final ChildProcess process;

    private Worker(ChildProcess process) {
        this.process = process;
    }

    /** Starts a program that speaks the {@linkplain WorkerMain protocol}. */
    public static Worker start(String name, List<String> command) throws IOException {
        ChildProcess process = ChildProcess.start(name, command);
        try {
            String first = process.hear(SLACK);
            if (!first.equals("ready")) {
                throw process.failure("should say ready, it said: " + first);
            }
            return new Worker(process);
        } catch (IOException e) {
            closeAfter(e, process);
            throw e;
        }
    }

    /**
     * Starts a JVM like this one with {@link WorkerMain}.
     *
     * @param jvmOptions stand behind, and so above, those that every worker has
     */
    public static Worker startJava(String contender, Path guests, String... jvmOptions) throws IOException {
        List<String> command = ChildProcess.java(ChildProcess.fixedHeap(HEAP));
        command.addAll(List.of(jvmOptions));
        command.addAll(List.of(WorkerMain.class.getName(), contender, guests.toString()));
        return start(contender, command);
    }

    private static void closeAfter(IOException failure, ChildProcess process) {
        try {
            process.close();
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    @Override
    public Sample run(String workload, int threads, Duration time) throws IOException {
        process.say("run " + workload + " " + threads + " " + time.toNanos());
        String answer = process.hear(time.plus(SLACK));
        if (!answer.startsWith("done ")) {
            throw process.failure("can't measure " + workload + ": " + answer);
        }
        return Sample.decode(answer.substring("done ".length()));
    }

    @Override
    public void close() throws IOException {
        process.close();
    }
}
