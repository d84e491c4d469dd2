package dev.mayfly.benchmarks.parts;

import dev.mayfly.benchmarks.inprocess.InProcessHost;
import java.nio.file.Path;
import java.time.Duration;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** One host in each of JMH's processes, with the function {@code echo}; it fails when something wasn't given back. */
@State(Scope.Benchmark)
public class HostState {
    /** The system property that names the folder with the guests. */
    static final String GUESTS_PROPERTY = "mayfly.bench.guests";

    private static final Duration TEARDOWN_TIME_MAX = Duration.ofSeconds(10);

    private InProcessHost host;

    /** For JMH. */
    @SuppressWarnings("NullAway.Init") // JMH sets a state up before it is used
    public HostState() {}

    @Setup(Level.Trial)
    public void open() throws Exception {
        String folder = System.getProperty(GUESTS_PROPERTY);
        if (folder == null) {
            throw new IllegalStateException("-D" + GUESTS_PROPERTY + " is missing: run ./mayfly bench parts");
        }
        Path guests = Path.of(folder);
        host = new InProcessHost(guests.resolve("mayfly-parts"));
        host.deploy("echo", guests.resolve("echo.component.wasm"));
    }

    InProcessHost host() {
        return host;
    }

    /** Waits for the threads that JMH has not yet told to give back what they hold: one of them runs this for all. */
    @TearDown(Level.Trial)
    public void close() throws InterruptedException {
        long deadlineNs = System.nanoTime() + TEARDOWN_TIME_MAX.toNanos();
        while (!host.missing().isEmpty() && System.nanoTime() - deadlineNs < 0) {
            Thread.sleep(1);
        }
        host.close();
    }
}
