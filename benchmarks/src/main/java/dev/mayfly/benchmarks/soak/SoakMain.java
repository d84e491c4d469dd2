package dev.mayfly.benchmarks.soak;

import dev.mayfly.benchmarks.inprocess.EchoCall;
import dev.mayfly.benchmarks.inprocess.InProcessHost;
import dev.mayfly.benchmarks.inprocess.TrapCall;
import dev.mayfly.benchmarks.measure.Workload;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The soak's process: calls functions on two threads, looks at its memory every twentieth of the way, and at what is missing in the end.
 *
 * <p>Arguments: the folder with the guests, and how many calls. Exit code 1 when memory grew or something is missing.
 */
public final class SoakMain {
    static final int STEPS = 20;

    private static final int THREADS = 2;
    private static final int SMALL_BODY_BYTES = 64;
    /** More than a slot holds, so that slabs come and go. */
    private static final int LARGE_BODY_BYTES = 200 << 10;

    private SoakMain() {}

    /** See the class. */
    public static void main(String[] args) throws Exception {
        Path guests = Path.of(args[0]);
        long calls = Long.parseLong(args[1]);
        MemoryGrowth growth = new MemoryGrowth();
        List<String> missing;
        try (InProcessHost host = new InProcessHost(guests.resolve("mayfly-soak"));
                ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            for (String name : new String[] {"echo", "java-calls", "traps"}) {
                host.deploy(name, guests.resolve(name + ".component.wasm"));
            }
            for (int step = 1; step <= STEPS; step++) {
                step(host, threads, calls / STEPS);
                growth.add(ResidentMemory.bytes());
                System.out.println(String.format(
                        Locale.ROOT,
                        "%,12d calls  %,8.1f MiB resident",
                        step * (calls / STEPS),
                        growth.latest() / 1048576.0));
            }
            missing = host.missing();
        }
        System.out.println("missing: " + (missing.isEmpty() ? "nothing" : String.join(", ", missing)));
        System.out.println(growth);
        System.exit(missing.isEmpty() && growth.isFlat() ? 0 : 1);
    }

    private static void step(InProcessHost host, ExecutorService threads, long calls) throws Exception {
        Callable<Void> share = () -> {
            call(host, calls / THREADS);
            return null;
        };
        List<Future<Void>> futures = threads.invokeAll(java.util.Collections.nCopies(THREADS, share));
        for (Future<Void> future : futures) {
            future.get();
        }
    }

    /** Mostly small bodies; one call in 50 a large one, one in 10 with a call answered by Java, one in 1,000 a trap. */
    private static void call(InProcessHost host, long calls) throws Exception {
        try (Workload small = new EchoCall(host.invoker(), "echo", SMALL_BODY_BYTES);
                Workload large = new EchoCall(host.invoker(), "echo", LARGE_BODY_BYTES);
                Workload answered = new EchoCall(host.invoker(), "java-calls", 1);
                Workload trap = new TrapCall(host.invoker(), "traps")) {
            for (long i = 1; i <= calls; i++) {
                Workload next = i % 1000 == 0 ? trap : i % 50 == 0 ? large : i % 10 == 0 ? answered : small;
                next.call();
            }
        }
    }
}
