package dev.mayfly.host;

import dev.mayfly.engine.MayflyException;
import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a host tells of its calls, and whom.
 *
 * @param accessLog the file that gets a line for each request to a function, {@link #STANDARD_OUTPUT}, or null for none
 * @param logFunctions whether what functions log is printed on standard output, a JSON object a line, by {@code mayfly serve}
 * @param functionMetricsMax functions that have lines of their own in the metrics; the others share one
 * @param timing whether clients that send {@code Mayfly-Timing: 1}, and have a key that may read, are told what their calls took
 * @param otlpEndpoint where an OpenTelemetry collector takes traces by OTLP over HTTP; null = nobody is traced
 * @param traceRatio of the calls that come without a trace of their own, 0 to 1
 */
public record ObserveConfig(
        @Nullable Path accessLog,
        boolean logFunctions,
        boolean timing,
        int functionMetricsMax,
        @Nullable URI otlpEndpoint,
        double traceRatio) {
    public static final Path STANDARD_OUTPUT = Path.of("-");

    public ObserveConfig {
        if (functionMetricsMax < 0) {
            throw new MayflyException.Invalid("function-metrics-max=" + functionMetricsMax + " must not be negative");
        }
        if (!(traceRatio >= 0 && traceRatio <= 1)) {
            throw new MayflyException.Invalid("trace-ratio=" + traceRatio + " is out of range: 0 to 1");
        }
    }

    /** No access log, functions' lines are not printed, timing is told. */
    public static ObserveConfig defaults() {
        return new ObserveConfig(null, false, true, 1_000, null, 1);
    }

    public ObserveConfig withAccessLog(@Nullable Path value) {
        return new ObserveConfig(value, logFunctions, timing, functionMetricsMax, otlpEndpoint, traceRatio);
    }

    public ObserveConfig withLogFunctions(boolean value) {
        return new ObserveConfig(accessLog, value, timing, functionMetricsMax, otlpEndpoint, traceRatio);
    }

    public ObserveConfig withTiming(boolean value) {
        return new ObserveConfig(accessLog, logFunctions, value, functionMetricsMax, otlpEndpoint, traceRatio);
    }

    public ObserveConfig withFunctionMetricsMax(int value) {
        return new ObserveConfig(accessLog, logFunctions, timing, value, otlpEndpoint, traceRatio);
    }

    public ObserveConfig withOtlpEndpoint(@Nullable URI value) {
        return new ObserveConfig(accessLog, logFunctions, timing, functionMetricsMax, value, traceRatio);
    }

    public ObserveConfig withTraceRatio(double value) {
        return new ObserveConfig(accessLog, logFunctions, timing, functionMetricsMax, otlpEndpoint, value);
    }
}
