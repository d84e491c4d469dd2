package dev.mayfly.host.observe;

import dev.mayfly.host.invoke.RoutedFunction;
import dev.mayfly.hostinterfaces.Binding;
import dev.mayfly.hostinterfaces.Grant;
import dev.mayfly.hostinterfaces.OperationStats;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.Unit;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What operations on bindings came to, for a scrape.
 *
 * <p>There is a line for each binding that some function is granted and each operation that was performed on it: what a function passes as
 * names or keys makes no line.
 */
final class BindingSnapshots {
    /** 1 µs to 60 s: a value out of the host's own memory takes less than the first, an invocation's deadline is below the last. */
    private static final double[] BOUNDS_SECONDS = {
        1e-6, 2.5e-6, 5e-6, 10e-6, 25e-6, 50e-6, 100e-6, 250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 50e-3,
        100e-3, 250e-3, 500e-3, 1, 2.5, 5, 10, 30, 60
    };

    private BindingSnapshots() {}

    static List<MetricSnapshot> of(Collection<RoutedFunction> functions) {
        HistogramSnapshot.Builder durations = HistogramSnapshot.builder()
                .name("mayfly_operation_duration_seconds")
                .unit(Unit.SECONDS)
                .help("How long operations on bindings took.");
        CounterSnapshot.Builder errors = CounterSnapshot.builder()
                .name("mayfly_operation_errors")
                .help("Operations on bindings that ended with an error.");
        GaugeSnapshot.Builder inUse = GaugeSnapshot.builder()
                .name("mayfly_binding_in_use")
                .help("Operations and open resources on bindings at the moment.");
        inUse(functions).forEach((binding, count) -> {
            Labels labels = Labels.of("binding", binding.name());
            inUse.dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder()
                    .labels(labels)
                    .value(count)
                    .build());
            for (Map.Entry<Integer, OperationStats> entry : binding.stats().entrySet()) {
                Labels named = labels.add("operation", OperationNames.of(entry.getKey()));
                durations.dataPoint(Durations.of(named, entry.getValue().latencyNs(), BOUNDS_SECONDS));
                errors.dataPoint(CounterSnapshot.CounterDataPointSnapshot.builder()
                        .labels(named)
                        .value((double) entry.getValue().errors())
                        .build());
            }
        });
        return List.of(durations.build(), errors.build(), inUse.build());
    }

    /** What functions have going on each binding that one of them is granted. */
    private static Map<Binding, Integer> inUse(Collection<RoutedFunction> functions) {
        Map<Binding, Integer> inUse = new HashMap<>();
        for (RoutedFunction function : functions) {
            // Versions share the grant of a binding that they have in common.
            function.versions().values().stream()
                    .flatMap(route -> route.context().grants().values().stream())
                    .filter(Grant::isConfigured)
                    .distinct()
                    .forEach(grant -> inUse.merge(grant.binding(), grant.inUse(), Integer::sum));
        }
        return inUse;
    }
}
