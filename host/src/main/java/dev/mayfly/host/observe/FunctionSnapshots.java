package dev.mayfly.host.observe;

import dev.mayfly.host.FunctionLimit;
import dev.mayfly.host.invoke.CallTotals;
import dev.mayfly.host.invoke.FunctionMetrics;
import dev.mayfly.host.invoke.MetricNames;
import dev.mayfly.host.invoke.Outcome;
import dev.mayfly.host.invoke.RoutedFunction;
import dev.mayfly.hostinterfaces.OperationKind;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.Unit;
import java.util.Collection;
import java.util.List;

/** What the functions' invocations came to, for a scrape. A function that was never called has no lines. */
final class FunctionSnapshots {
    /** 10 µs to 60 s: an empty call takes about 5 µs, the default deadline is 10 s. */
    private static final double[] BOUNDS_SECONDS = {
        10e-6, 25e-6, 50e-6, 100e-6, 250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 50e-3, 100e-3, 250e-3, 500e-3, 1,
        2.5, 5, 10, 30, 60
    };

    private FunctionSnapshots() {}

    private final CounterSnapshot.Builder calls =
            counter("mayfly_function_invocations", "Invocations by how they ended.");
    private final HistogramSnapshot.Builder durations = HistogramSnapshot.builder()
            .name("mayfly_function_duration_seconds")
            .unit(Unit.SECONDS)
            .help("How long functions ran, from begin to end.");
    private final CounterSnapshot.Builder cpu = counter(
                    "mayfly_function_cpu_seconds", "Time in functions themselves, without their host operations.")
            .unit(Unit.SECONDS);
    private final CounterSnapshot.Builder instanceStart = counter(
                    "mayfly_function_instance_start_seconds", "Of that, time until fresh instances were there.")
            .unit(Unit.SECONDS);
    private final CounterSnapshot.Builder queued = counter(
                    "mayfly_function_queued_seconds", "Time that invocations waited for a place.")
            .unit(Unit.SECONDS);
    private final CounterSnapshot.Builder received = counter(
                    "mayfly_function_received_bytes", "Bytes of requests' bodies.")
            .unit(Unit.BYTES);
    private final CounterSnapshot.Builder sent =
            counter("mayfly_function_sent_bytes", "Bytes of responses' bodies.").unit(Unit.BYTES);
    private final CounterSnapshot.Builder egress = counter(
                    "mayfly_function_egress_bytes", "Bytes that host operations carried out of functions.")
            .unit(Unit.BYTES);
    private final CounterSnapshot.Builder operations =
            counter("mayfly_function_operations", "Host operations by their kind.");
    private final CounterSnapshot.Builder passed = counter(
            "mayfly_function_limits_passed",
            "Invocations that were not given something because of that limit, and went on.");
    private final GaugeSnapshot.Builder memory = GaugeSnapshot.builder()
            .name("mayfly_function_memory_max_bytes")
            .unit(Unit.BYTES)
            .help("The most linear memory that one invocation held.");
    private final GaugeSnapshot.Builder open =
            GaugeSnapshot.builder().name("mayfly_function_invocations_open").help("Invocations open at the moment.");

    static List<MetricSnapshot> of(Collection<RoutedFunction> functions, MetricNames names) {
        names.recount(functions);
        FunctionSnapshots snapshots = new FunctionSnapshots();
        int openOther = 0;
        for (RoutedFunction function : functions) {
            if (function.metrics().isFolded()) {
                openOther += function.admission().inUse();
            } else {
                snapshots.add(
                        function.name(),
                        function.metrics(),
                        function.admission().inUse());
            }
        }
        snapshots.add(MetricNames.OTHER, names.other(), openOther);
        return snapshots.build();
    }

    private void add(String function, FunctionMetrics metrics, int inUse) {
        if (!metrics.isCalled()) {
            return;
        }
        CallTotals totals = metrics.totals();
        Labels labels = Labels.of("function", function);
        for (Outcome outcome : Outcome.values()) {
            addSome(calls, labels.add("outcome", outcome.label()), totals.count(outcome));
        }
        durations.dataPoint(Durations.of(labels, totals.latencyNs(), BOUNDS_SECONDS));
        add(cpu, labels, totals.cpuNs() / 1e9);
        add(instanceStart, labels, totals.instanceStartNs() / 1e9);
        add(queued, labels, totals.queuedNs() / 1e9);
        add(received, labels, (double) totals.bytesIn());
        add(sent, labels, (double) totals.bytesOut());
        add(egress, labels, (double) totals.egressBytes());
        for (OperationKind kind : OperationKind.values()) {
            addSome(operations, labels.add("kind", kind.label()), totals.operations(kind));
        }
        for (FunctionLimit limit : FunctionLimit.values()) {
            addSome(passed, labels.add("limit", limit.maxLabel()), totals.passed(limit));
        }
        add(memory, labels, totals.memoryBytesMax());
        add(open, labels, inUse);
    }

    private List<MetricSnapshot> build() {
        return List.of(
                calls.build(),
                durations.build(),
                cpu.build(),
                instanceStart.build(),
                queued.build(),
                received.build(),
                sent.build(),
                egress.build(),
                operations.build(),
                passed.build(),
                memory.build(),
                open.build());
    }

    private static CounterSnapshot.Builder counter(String name, String help) {
        return CounterSnapshot.builder().name(name).help(help);
    }

    private static void add(GaugeSnapshot.Builder gauge, Labels labels, long value) {
        gauge.dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder()
                .labels(labels)
                .value((double) value)
                .build());
    }

    private static void addSome(CounterSnapshot.Builder counter, Labels labels, long count) {
        if (count > 0) {
            add(counter, labels, (double) count);
        }
    }

    private static void add(CounterSnapshot.Builder counter, Labels labels, double value) {
        counter.dataPoint(CounterSnapshot.CounterDataPointSnapshot.builder()
                .labels(labels)
                .value(value)
                .build());
    }
}
