package dev.mayfly.benchmarks.measure;

import java.io.IOException;
import java.time.Duration;

/** Something that can be told to measure. */
@FunctionalInterface
public interface Measured {
    /**
     * Has it call {@code workload} for {@code time} on each of {@code threads} threads.
     *
     * @throws IOException when it can't, with what it said
     */
    Sample run(String workload, int threads, Duration time) throws IOException;
}
