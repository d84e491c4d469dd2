package dev.mayfly.benchmarks.hostcalls;

import dev.mayfly.benchmarks.inprocess.EchoCall;
import dev.mayfly.benchmarks.inprocess.FetchCall;
import dev.mayfly.benchmarks.inprocess.InProcessHost;
import dev.mayfly.benchmarks.measure.Sample;
import dev.mayfly.benchmarks.soak.ResidentMemory;
import dev.mayfly.hostinterfaces.Binding;
import dev.mayfly.hostinterfaces.BindingKind;
import dev.mayfly.hostinterfaces.Grant;
import dev.mayfly.hostinterfaces.http.HttpUpstream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * A host's process with a crowd of calls that all wait for an upstream, and a steady load of calls that don't. Calls come from inside of the process,
 * on a virtual thread each as over HTTP: clients' connections would double what the process has open.
 *
 * <p>Arguments: the upstream's origin, the folder with the components, how many waves of the crowd to measure. Prints
 *
 * <pre>
 *   cold      elapsedNs calls latency:count …    the crowd's calls in a host without a connection yet
 *   alone     elapsedNs calls latency:count …    the steady load by itself
 *   beside    elapsedNs calls latency:count …    the same while the crowd waits
 *   crowd     elapsedNs calls latency:count …    the crowd's own calls
 *   slowest   nanoseconds                        from the first call of a wave to its last answer, of the slowest wave
 *   failures  count
 *   memory    bytes                              the most that was resident
 * </pre>
 */
public final class CrowdMain {
    static final int CALLS = 10_000;

    private static final int STEADY_PER_SECOND = 1_000;
    /** What the steady load may have open besides the crowd. */
    private static final int STEADY_OPEN_MAX = 240;

    private static final int STEADY_BODY_BYTES = 64;
    private static final Duration STEADY_TIME = Duration.ofSeconds(2);

    private CrowdMain() {}

    /** See the class. */
    public static void main(String[] args) throws Exception {
        Path guests = Path.of(args[1]);
        int waves = Integer.parseInt(args[2]);
        try (HttpUpstream upstream = Upstream.client(args[0], CALLS);
                InProcessHost host = new InProcessHost(guests.resolve("mayfly-crowd"), CALLS + STEADY_OPEN_MAX)) {
            Map<String, Grant> grants =
                    Map.of("upstream", new Grant(new Binding(BindingKind.HTTP, "upstream", upstream), CALLS));
            host.deploy("fetch", guests.resolve("fetch.component.wasm"), grants);
            host.deploy("echo", guests.resolve("echo.component.wasm"));
            measure(host, waves);
        }
    }

    private static void measure(InProcessHost host, int waves) throws Exception {
        SteadyLoad steady =
                new SteadyLoad(() -> new EchoCall(host.invoker(), "echo", STEADY_BODY_BYTES), STEADY_PER_SECOND);
        FetchCall fetch = new FetchCall(host.invoker(), "fetch", UpstreamMain.SLOW, UpstreamMain.SMALL_BYTES);
        steady.run(STEADY_TIME);
        long failures = 0;
        Wave opening = new Wave(fetch, CALLS);
        Sample cold = opening.run();
        failures += opening.failures();
        Wave warmUp = new Wave(fetch, CALLS);
        warmUp.run();
        failures += warmUp.failures();

        Sample alone = new Sample();
        Sample beside = new Sample();
        Sample crowd = new Sample();
        long slowestNs = 0;
        for (int i = 0; i < waves; i++) {
            alone.add(steady.run(STEADY_TIME));
            Wave wave = new Wave(fetch, CALLS);
            try (SteadyLoad.Running running = steady.start()) {
                crowd.add(wave.run());
                beside.add(running.stop());
            }
            slowestNs = Math.max(slowestNs, wave.elapsedNs());
            failures += wave.failures();
        }
        failures += steady.failures();
        System.out.println("cold " + cold.encode());
        System.out.println("alone " + alone.encode());
        System.out.println("beside " + beside.encode());
        System.out.println("crowd " + crowd.encode());
        System.out.println("slowest " + slowestNs);
        System.out.println("failures " + failures);
        System.out.println("memory " + ResidentMemory.peakBytes());
        System.out.flush();
    }
}
