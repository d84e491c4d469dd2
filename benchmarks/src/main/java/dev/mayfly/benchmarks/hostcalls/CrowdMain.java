package dev.mayfly.benchmarks.hostcalls;

import com.sun.management.OperatingSystemMXBean;
import dev.mayfly.benchmarks.inprocess.EchoCall;
import dev.mayfly.benchmarks.inprocess.FetchCall;
import dev.mayfly.benchmarks.inprocess.InProcessHost;
import dev.mayfly.benchmarks.measure.Median;
import dev.mayfly.benchmarks.measure.Sample;
import dev.mayfly.benchmarks.soak.ResidentMemory;
import dev.mayfly.hostinterfaces.Binding;
import dev.mayfly.hostinterfaces.BindingKind;
import dev.mayfly.hostinterfaces.Grant;
import dev.mayfly.hostinterfaces.http.HttpUpstream;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * A host's process with a crowd of calls that all wait for an upstream, and a steady load of calls that don't. Calls come from inside of the process,
 * on a virtual thread each as over HTTP: clients' connections would double what the process has open.
 *
 * <p>The crowd comes at once, which is the hardest for itself. Beside the steady load it comes within the time that it waits: who else is there when
 * 10,000 begin in one instant waits for the processor, whatever a host does, and that would measure the machine. How much of that it still does is
 * said by calls of nothing at the same rate: they wait for a thread as the steady load does, and then are over.
 *
 * <p>Arguments: the upstream's origin, the folder with the components, for how many milliseconds to warm up, how many waves of
 * the crowd to measure. Prints
 *
 * <pre>
 *   opening   elapsedNs calls latency:count …    the crowd's calls in a host that has a few connections, and must open the others
 *   crowd     elapsedNs calls latency:count …    the crowd's calls over open connections
 *   slowest   nanoseconds                        from the first call of a wave to its last answer, of the slowest of these waves
 *   cpu       nanoseconds                        processor time of this process for each of these calls
 *   alone     elapsedNs calls latency:count …    the steady load by itself
 *   waiting   elapsedNs calls latency:count …    the same while a crowd waits
 *   beside    elapsedNs calls latency:count …    the same while a crowd arrives, and while it goes
 *   nothing   elapsedNs calls latency:count …    calls of nothing meanwhile
 *   factors   waiting beside                     by what its p99 is then more than by itself, each in the median wave
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
    /** How long the steady load is measured by itself, and while the crowd waits. */
    private static final Duration STEADY_TIME = Duration.ofSeconds(1);

    private static final int WARM_UP_CALLS_AT_ONCE = 64;
    private static final Duration AT_ONCE = Duration.ZERO;
    private static final Duration ARRIVAL = Duration.ofMillis(SlowUpstreamMain.SLOW_MS);

    /** From the last call's begin until all wait: what came in a second on two cores is worked off later than that. */
    private static final Duration SETTLING_TIME = Duration.ofSeconds(1);

    private static final OperatingSystemMXBean SYSTEM =
            ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

    private CrowdMain() {}

    /** See the class. */
    public static void main(String[] args) throws Exception {
        Path guests = Path.of(args[1]);
        Duration warmUp = Duration.ofMillis(Long.parseLong(args[2]));
        int waves = Integer.parseInt(args[3]);
        try (HttpUpstream upstream = Upstream.client(args[0], CALLS);
                InProcessHost host =
                        new InProcessHost(guests.resolve("mayfly-crowd"), CALLS + STEADY_OPEN_MAX, List.of())) {
            Map<String, Grant> grants =
                    Map.of("upstream", new Grant(new Binding(BindingKind.HTTP, "upstream", upstream), CALLS));
            host.deploy("fetch", guests.resolve("fetch.component.wasm"), grants);
            host.deploy("echo", guests.resolve("echo.component.wasm"));
            measure(host, warmUp, waves);
        }
    }

    private static void measure(InProcessHost host, Duration warmUp, int waves) throws Exception {
        SteadyLoad steady =
                new SteadyLoad(() -> new EchoCall(host.invoker(), "echo", STEADY_BODY_BYTES), STEADY_PER_SECOND);
        SteadyLoad idle = new SteadyLoad(() -> () -> {}, STEADY_PER_SECOND);
        FetchCall fetch = fetch(host, SlowUpstreamMain.SLOW);
        try (SteadyLoad.Running running = steady.start()) {
            warmUp(host, warmUp);
            running.stop();
        }
        Wave first = new Wave(fetch, CALLS, AT_ONCE);
        Sample opening = first.run();
        long failures = first.failures();

        Sample alone = new Sample();
        Sample waiting = new Sample();
        Sample beside = new Sample();
        Sample nothing = new Sample();
        Sample crowd = new Sample();
        double[] waitingFactors = new double[waves];
        double[] besideFactors = new double[waves];
        long slowestNs = 0;
        long cpuNs = 0;
        for (int i = 0; i < waves; i++) {
            Wave wave = new Wave(fetch, CALLS, AT_ONCE);
            cpuNs -= SYSTEM.getProcessCpuTime();
            crowd.add(wave.run());
            cpuNs += SYSTEM.getProcessCpuTime();
            slowestNs = Math.max(slowestNs, wave.elapsedNs());
            failures += wave.failures();

            Sample aloneNow = steady.run(STEADY_TIME);
            Sample besideNow = new Sample();
            Wave late = new Wave(fetch(host, SlowUpstreamMain.SLOWER), CALLS, ARRIVAL);
            Wave.Running crowded;
            try (SteadyLoad.Running running = steady.start();
                    SteadyLoad.Running idling = idle.start()) {
                crowded = late.start();
                besideNow.add(running.stop());
                nothing.add(idling.stop());
            }
            Thread.sleep(SETTLING_TIME);
            Sample waitingNow = steady.run(STEADY_TIME);
            if (crowded.answered() > 0) {
                throw new IllegalStateException("the crowd should wait for longer than is measured");
            }
            crowded.awaitFirstAnswer();
            try (SteadyLoad.Running running = steady.start();
                    SteadyLoad.Running idling = idle.start()) {
                crowded.awaitAnswers();
                besideNow.add(running.stop());
                nothing.add(idling.stop());
            }
            failures += late.failures();
            alone.add(aloneNow);
            waiting.add(waitingNow);
            beside.add(besideNow);
            waitingFactors[i] = factor(waitingNow, aloneNow);
            besideFactors[i] = factor(besideNow, aloneNow);
        }
        failures += steady.failures();
        System.out.println("opening " + opening.encode());
        System.out.println("crowd " + crowd.encode());
        System.out.println("slowest " + slowestNs);
        System.out.println("cpu " + cpuNs / crowd.calls());
        System.out.println("alone " + alone.encode());
        System.out.println("waiting " + waiting.encode());
        System.out.println("beside " + beside.encode());
        System.out.println("nothing " + nothing.encode());
        System.out.println("factors " + Median.of(waitingFactors) + " " + Median.of(besideFactors));
        System.out.println("failures " + failures);
        System.out.println("memory " + ResidentMemory.peakBytes());
        System.out.flush();
    }

    private static double factor(Sample now, Sample alone) {
        return (double) now.percentile(99) / alone.percentile(99);
    }

    private static FetchCall fetch(InProcessHost host, String path) {
        return new FetchCall(host.invoker(), "fetch", path, SlowUpstreamMain.ANSWER_BYTES);
    }

    /**
     * Until the JVM has compiled what a call needs, over open connections and new ones: 10,000 at once in a JVM that was just started measure its
     * compilers.
     */
    private static void warmUp(InProcessHost host, Duration time) throws InterruptedException {
        long startNs = System.nanoTime();
        while (System.nanoTime() - startNs < time.toNanos()) {
            new Wave(fetch(host, SlowUpstreamMain.AT_ONCE), WARM_UP_CALLS_AT_ONCE, AT_ONCE).run();
            new Wave(fetch(host, SlowUpstreamMain.ONCE), WARM_UP_CALLS_AT_ONCE, AT_ONCE).run();
        }
    }
}
