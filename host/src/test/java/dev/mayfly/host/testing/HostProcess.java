package dev.mayfly.host.testing;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Hosts in a process of their own, to be killed: {@code dev.mayfly.host.CrashingHost} says what it writes. */
public final class HostProcess implements AutoCloseable {
    /** A step of a deployment that none reaches. */
    public static final String NEVER = "NONE";

    private final Path errors;
    private final Process process;
    private final List<String> hosts = new ArrayList<>();

    /**
     * Starts it; its hosts answer then.
     *
     * @param temporary folder for what it leaves behind
     * @param step of deployments, at which they stay
     * @param folders a host's data each
     */
    public HostProcess(Path temporary, String step, List<Path> folders) throws IOException {
        this(temporary, step, "", folders);
    }

    /** One host, that archives its snapshots in that binding of its {@code mayfly.yaml}. */
    public static HostProcess archiving(Path temporary, String snapshotStore, Path folder) throws IOException {
        return new HostProcess(temporary, NEVER, snapshotStore, List.of(folder));
    }

    private HostProcess(Path temporary, String step, String snapshotStore, List<Path> folders) throws IOException {
        errors = temporary.resolve("err");
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElseThrow());
        command.addAll(List.of("-Xmx256m", "--enable-native-access=ALL-UNNAMED"));
        // It lives for seconds: half of its time it would compile what it hardly calls again.
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
        // Who is killed cleans up nothing: the libraries it unpacks go with the test's folder.
        command.add("-Djava.io.tmpdir=" + temporary);
        command.addAll(List.of("-XX:ErrorFile=" + crashReport(), "-XX:-CreateCoredumpOnCrash"));
        String engine = System.getProperty("mayfly.engine.path");
        if (engine != null) {
            command.add("-Dmayfly.engine.path=" + engine);
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "dev.mayfly.host.CrashingHost"));
        command.addAll(List.of(step, snapshotStore));
        folders.forEach(folder -> command.add(folder.toString()));
        process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
        for (int i = 0; i < folders.size(); i++) {
            hosts.add(line());
        }
    }

    public Process process() {
        return process;
    }

    /** Where they answer, in the order of their folders. */
    public List<String> hosts() {
        return hosts;
    }

    /** Where the JVM writes what it knows when it crashes. */
    public Path crashReport() {
        return errors.resolveSibling("hs_err.log");
    }

    /** The next line that it writes. */
    public String line() throws IOException {
        String line = process.inputReader().readLine();
        if (line == null) {
            throw new AssertionError("the child ended: " + said());
        }
        return line;
    }

    /** Lets a host believe that it is so much later than it is. */
    public void setClock(int host, Duration ahead) throws IOException {
        BufferedWriter writer = process.outputWriter();
        synchronized (this) {
            writer.write(host + " " + ahead + "\n");
            writer.flush();
        }
    }

    /** What it complained of. */
    public String said() {
        try {
            return Files.readString(errors);
        } catch (IOException unreadable) {
            return unreadable.toString();
        }
    }

    /** By SIGKILL; returns when it is gone. */
    public void kill() {
        process.destroyForcibly().onExit().join();
    }

    @Override
    public void close() {
        kill();
    }
}
