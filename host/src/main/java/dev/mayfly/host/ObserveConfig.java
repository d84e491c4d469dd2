package dev.mayfly.host;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a host tells of its calls, and whom.
 *
 * @param accessLog the file that gets a line for each request to a function, {@link #STANDARD_OUTPUT}, or null for none
 * @param functionMetricsMax functions that have lines of their own in the metrics; the others share one
 * @param timing whether clients that send {@code Mayfly-Timing: 1}, and have a key that may read, are told what their calls took
 */
public record ObserveConfig(@Nullable Path accessLog, boolean timing, int functionMetricsMax) {
    public static final Path STANDARD_OUTPUT = Path.of("-");

    /** No access log; timing is told. */
    public static ObserveConfig defaults() {
        return new ObserveConfig(null, true, 1_000);
    }

    public ObserveConfig withAccessLog(@Nullable Path value) {
        return new ObserveConfig(value, timing, functionMetricsMax);
    }

    public ObserveConfig withTiming(boolean value) {
        return new ObserveConfig(accessLog, value, functionMetricsMax);
    }

    public ObserveConfig withFunctionMetricsMax(int value) {
        return new ObserveConfig(accessLog, timing, value);
    }
}
