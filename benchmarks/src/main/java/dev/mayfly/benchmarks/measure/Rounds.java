package dev.mayfly.benchmarks.measure;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Consumer;

/**
 * How long to measure workloads of this process, in turn.
 *
 * @param warmUp of each, before all rounds
 * @param count how often each gets its turn
 * @param turn how long that is
 */
public record Rounds(Duration warmUp, int count, Duration turn) {
    public static final Rounds QUICK = new Rounds(Duration.ofMillis(500), 3, Duration.ofMillis(250));
    public static final Rounds FULL = new Rounds(Duration.ofSeconds(5), 10, Duration.ofSeconds(1));

    /**
     * Measures them on one thread.
     *
     * @param workloads by the names of their rows
     * @param progress is told what happens, a line at a time
     */
    public SequencedMap<String, Sample> run(SequencedMap<String, Workload> workloads, Consumer<String> progress)
            throws Exception {
        for (Workload workload : workloads.values()) {
            ClosedLoop.run(1, warmUp.toNanos(), () -> workload);
        }
        SequencedMap<String, Sample> samples = new LinkedHashMap<>();
        for (int round = 1; round <= count; round++) {
            progress.accept(String.join(", ", workloads.keySet()) + ": round " + round + " of " + count);
            for (Map.Entry<String, Workload> workload : workloads.entrySet()) {
                Sample sample = ClosedLoop.run(1, turn.toNanos(), workload::getValue);
                samples.computeIfAbsent(workload.getKey(), row -> new Sample()).add(sample);
            }
        }
        return samples;
    }
}
