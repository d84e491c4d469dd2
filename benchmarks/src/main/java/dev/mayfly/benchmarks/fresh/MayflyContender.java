package dev.mayfly.benchmarks.fresh;

import dev.mayfly.benchmarks.inprocess.EchoCall;
import dev.mayfly.benchmarks.inprocess.EngineOnlyCall;
import dev.mayfly.benchmarks.inprocess.InProcessHost;
import dev.mayfly.benchmarks.measure.Contender;
import dev.mayfly.benchmarks.measure.Workload;
import java.io.IOException;
import java.nio.file.Path;

/** Mayfly, called from Java in the same process. */
public final class MayflyContender implements Contender {
    /** As the native baseline's. */
    private static final int BODY_BYTES = 64;

    private final InProcessHost host;

    private MayflyContender(InProcessHost host) {
        this.host = host;
    }

    /**
     * Starts Mayfly and deploys the guests.
     *
     * @param guests the folder with the components, under which it keeps its own files
     */
    public static MayflyContender open(Path guests) throws IOException, InterruptedException {
        InProcessHost host = new InProcessHost(guests.resolve("mayfly-worker"));
        for (String name : new String[] {"echo", "echo-bytes", "engine-call", "java-calls"}) {
            host.deploy(name, guests.resolve(name + ".component.wasm"));
        }
        return new MayflyContender(host);
    }

    @Override
    public Workload workload(String name) {
        return switch (name) {
            case "echo", "echo-bytes", "engine-call" -> new EchoCall(host.invoker(), name, BODY_BYTES);
            case "echo-engine-only" -> new EngineOnlyCall(host, "echo", BODY_BYTES);
            // It makes as many calls as the body has bytes.
            case "java-calls-1" -> new EchoCall(host.invoker(), "java-calls", 1);
            case "java-calls-100" -> new EchoCall(host.invoker(), "java-calls", 100);
            default -> throw new IllegalArgumentException("there is no workload " + name);
        };
    }

    @Override
    public void close() {
        host.close();
    }
}
