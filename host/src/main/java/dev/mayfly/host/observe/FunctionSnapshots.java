package dev.mayfly.host.observe;

import dev.mayfly.host.invoke.Outcome;
import dev.mayfly.host.invoke.RoutedFunction;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.Unit;
import java.util.Collection;
import java.util.List;
import org.HdrHistogram.AbstractHistogram;

/** What the functions' invocations came to, for a scrape. A function that was never called has no lines. */
final class FunctionSnapshots {
    /** 10 µs to 60 s: an empty call takes about 5 µs, the default deadline is 10 s. */
    private static final double[] BOUNDS_SECONDS = {
        10e-6, 25e-6, 50e-6, 100e-6, 250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 50e-3, 100e-3, 250e-3, 500e-3, 1,
        2.5, 5, 10, 30, 60
    };

    private FunctionSnapshots() {}

    static List<MetricSnapshot> of(Collection<RoutedFunction> functions) {
        CounterSnapshot.Builder calls =
                CounterSnapshot.builder().name("mayfly_function_invocations").help("Invocations by how they ended.");
        HistogramSnapshot.Builder durations = HistogramSnapshot.builder()
                .name("mayfly_function_duration_seconds")
                .unit(Unit.SECONDS)
                .help("How long functions ran, from begin to end.");
        GaugeSnapshot.Builder open = GaugeSnapshot.builder()
                .name("mayfly_function_invocations_open")
                .help("Invocations open at the moment.");
        for (RoutedFunction function : functions) {
            Labels labels = Labels.of("function", function.name());
            for (Outcome outcome : Outcome.values()) {
                long count = function.metrics().count(outcome);
                if (count > 0) {
                    calls.dataPoint(CounterSnapshot.CounterDataPointSnapshot.builder()
                            .labels(labels.add("outcome", outcome.label()))
                            .value((double) count)
                            .build());
                }
            }
            AbstractHistogram latencyNs = function.metrics().latencyNs();
            if (latencyNs != null) {
                durations.dataPoint(Durations.of(labels, latencyNs, BOUNDS_SECONDS));
                open.dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder()
                        .labels(labels)
                        .value(function.admission().inUse())
                        .build());
            }
        }
        return List.of(calls.build(), durations.build(), open.build());
    }
}
