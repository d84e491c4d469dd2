package dev.mayfly.benchmarks.parts;

import dev.mayfly.benchmarks.inprocess.InProcessHost;
import java.nio.file.Path;
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

    @TearDown(Level.Trial)
    public void close() {
        host.close();
    }
}
