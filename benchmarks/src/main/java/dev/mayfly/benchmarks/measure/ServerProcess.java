package dev.mayfly.benchmarks.measure;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** A process that says first of all where it answers. Closing it ends the process. */
public final class ServerProcess implements AutoCloseable {
    private static final Duration ANSWER_TIME_MAX = Duration.ofSeconds(60);

    private final ChildProcess process;
    private final String address;

    private ServerProcess(ChildProcess process, String address) {
        this.process = process;
        this.address = address;
    }

    /**
     * Starts {@code main} in a JVM like this one and waits until it answers.
     *
     * @param name of it in messages
     */
    public static ServerProcess start(String name, Class<?> main, List<String> arguments) throws IOException {
        List<String> command = ChildProcess.java();
        command.add(main.getName());
        command.addAll(arguments);
        ChildProcess process = ChildProcess.start(name, command);
        try {
            return new ServerProcess(process, process.hear(ANSWER_TIME_MAX));
        } catch (IOException e) {
            try {
                process.close();
            } catch (IOException late) {
                e.addSuppressed(late);
            }
            throw e;
        }
    }

    /** A URI, as far as the process gave it. */
    public String address() {
        return address;
    }

    /** Sends a line and waits for the answer. */
    public String ask(String line) throws IOException {
        process.say(line);
        return process.hear(ANSWER_TIME_MAX);
    }

    @Override
    public void close() throws IOException {
        process.close();
    }
}
