package dev.mayfly.benchmarks.measure;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A process that says first of all where it answers. Closing it ends the process.
 *
 * <p>Threads: one at a time.
 */
public final class ServerProcess implements AutoCloseable {
    private static final String HEAP = "1g";
    private static final Duration ANSWER_TIME_MAX = Duration.ofSeconds(60);

    private final ChildProcess process;
    private @Nullable String address;

    private ServerProcess(ChildProcess process) {
        this.process = process;
    }

    /**
     * Starts {@code main} in a JVM like this one. Whoever asks for its address waits until it answers: several can start side by side.
     *
     * @param name of it in messages
     */
    public static ServerProcess start(String name, Class<?> main, List<String> arguments) throws IOException {
        List<String> command = ChildProcess.java(ChildProcess.fixedHeap(HEAP));
        command.add(main.getName());
        command.addAll(arguments);
        return new ServerProcess(ChildProcess.start(name, command));
    }

    /** A URI, as far as the process gave it. */
    public String address() throws IOException {
        String known = address;
        if (known == null) {
            known = process.hear(ANSWER_TIME_MAX);
            address = known;
        }
        return known;
    }

    /**
     * A number that the process knows, which ends with {@link Answers}.
     *
     * @param what by one of the names there
     */
    public long ask(String what) throws IOException {
        address();
        process.say(what);
        String answer = process.hear(ANSWER_TIME_MAX);
        try {
            return Long.parseLong(answer);
        } catch (NumberFormatException e) {
            throw process.failure("was asked for " + what + ", it said: " + answer);
        }
    }

    @Override
    public void close() throws IOException {
        process.close();
    }
}
