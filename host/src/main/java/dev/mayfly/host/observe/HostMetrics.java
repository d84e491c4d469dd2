package dev.mayfly.host.observe;

import dev.mayfly.engine.Engine;
import dev.mayfly.engine.EngineMetrics;
import dev.mayfly.host.invoke.Invoker;
import dev.mayfly.host.invoke.RoutedFunction;
import dev.mayfly.linkercache.ComponentCompiler;
import dev.mayfly.linkercache.LinkerCache;
import dev.mayfly.linkercache.LinkerCacheMetrics;
import dev.mayfly.memorypool.SlabPool;
import dev.mayfly.memorypool.SlotPool;
import dev.mayfly.memorypool.TenantShares;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The host's own metrics: what pools, engine, caches and functions count is read when somebody scrapes, so that a call pays for a counter and
 * nothing else.
 *
 * <p>Prometheus' own library writes them rather than the web server's metrics feature, because that one's filter makes a context for every
 * request, and because it has no way to take over a histogram that was filled elsewhere.
 */
public final class HostMetrics implements MultiCollector {
    private final Engine engine;
    private final Invoker invoker;
    private final SlabPool slabs;
    private final LinkerCache tables;
    private final ComponentCompiler compiler;
    private final @Nullable LineWriter accessLog;

    /** Reads what it is given, which outlives it. */
    public HostMetrics(
            Engine engine,
            Invoker invoker,
            SlabPool slabs,
            LinkerCache tables,
            ComponentCompiler compiler,
            @Nullable LineWriter accessLog) {
        this.engine = engine;
        this.invoker = invoker;
        this.slabs = slabs;
        this.tables = tables;
        this.compiler = compiler;
        this.accessLog = accessLog;
    }

    @Override
    public MetricSnapshots collect() {
        List<MetricSnapshot> metrics = new ArrayList<>();
        Collection<RoutedFunction> functions = invoker.routes().all();
        metrics.addAll(FunctionSnapshots.of(functions, invoker.metricNames()));
        metrics.addAll(BindingSnapshots.of(functions));
        metrics.add(gauge(
                "mayfly_functions", "Functions deployed.", invoker.routes().count()));
        addTenants(metrics, invoker.shares());
        metrics.add(counter(
                "mayfly_host_invocations_refused",
                "Invocations refused because as many were open as the host may have.",
                invoker.slots().exhausted()));
        addSlots(metrics, invoker.slots());
        addSlabs(metrics);
        addEngine(metrics, engine.metrics());
        addTables(metrics, tables.metrics());
        metrics.add(gauge("mayfly_compilations", "Compilations that run or wait for their turn.", compiler.jobCount()));
        metrics.add(counter(
                "mayfly_functions_reused",
                "Components' functions whose code an earlier compilation had kept.",
                compiler.functions().reused()));
        metrics.add(counter(
                "mayfly_functions_compiled",
                "Components' functions compiled by compilations that keep them.",
                compiler.functions().compiled()));
        if (accessLog != null) {
            metrics.add(counter(
                    "mayfly_access_log_dropped",
                    "Lines of the access log that were dropped because they came faster than they could be written.",
                    accessLog.dropped()));
        }
        return new MetricSnapshots(metrics);
    }

    /** A line for each tenant that has functions. */
    private static void addTenants(List<MetricSnapshot> metrics, TenantShares shares) {
        GaugeSnapshot.Builder open =
                GaugeSnapshot.builder().name("mayfly_tenant_invocations_open").help("Invocations open at the moment.");
        CounterSnapshot.Builder refused = CounterSnapshot.builder()
                .name("mayfly_tenant_invocations_refused")
                .help("Invocations refused because the host was nearly full and the tenant had its share.");
        shares.all().forEach((tenant, share) -> {
            Labels labels = Labels.of("tenant", tenant);
            open.dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder()
                    .labels(labels)
                    .value(share.inUse())
                    .build());
            refused.dataPoint(CounterSnapshot.CounterDataPointSnapshot.builder()
                    .labels(labels)
                    .value((double) share.refused())
                    .build());
        });
        metrics.add(open.build());
        metrics.add(refused.build());
    }

    private static void addSlots(List<MetricSnapshot> metrics, SlotPool slots) {
        metrics.add(gauge("mayfly_slots_in_use", "Invocation slots in use.", slots.inUse()));
        metrics.add(gauge("mayfly_slots", "Invocation slots made so far.", slots.created()));
        metrics.add(gauge("mayfly_slots_bytes", "Memory of invocation slots.", slots.bytes()));
    }

    private void addSlabs(List<MetricSnapshot> metrics) {
        GaugeSnapshot.Builder inUse =
                GaugeSnapshot.builder().name("mayfly_slabs_in_use").help("Slabs in use.");
        GaugeSnapshot.Builder bytes =
                GaugeSnapshot.builder().name("mayfly_slabs_bytes").help("Memory of slabs.");
        CounterSnapshot.Builder exhausted =
                CounterSnapshot.builder().name("mayfly_slabs_exhausted").help("Times that no slab of a size was left.");
        for (SlabPool.SizeMetrics size : slabs.metrics()) {
            Labels labels = Labels.of("payload_bytes", Integer.toString(size.payloadBytes()));
            inUse.dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder()
                    .labels(labels)
                    .value(size.inUse())
                    .build());
            bytes.dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder()
                    .labels(labels)
                    .value((double) size.bytes())
                    .build());
            exhausted.dataPoint(CounterSnapshot.CounterDataPointSnapshot.builder()
                    .labels(labels)
                    .value((double) size.exhausted())
                    .build());
        }
        metrics.add(inUse.build());
        metrics.add(bytes.build());
        metrics.add(exhausted.build());
        metrics.add(gauge("mayfly_slabs_bytes_max", "Memory that slabs may take.", slabs.bytesMax()));
    }

    private static void addEngine(List<MetricSnapshot> metrics, EngineMetrics engine) {
        metrics.add(gauge(
                "mayfly_engine_invocations_open", "Invocations open in the engine.", engine.componentInstances()));
        metrics.add(gauge("mayfly_engine_memories", "Linear memories in use.", engine.memories()));
        metrics.add(gauge("mayfly_engine_stacks", "Fiber stacks in use.", engine.stacks()));
        metrics.add(gauge(
                "mayfly_engine_unused_warm_memories",
                "Free memories that hold the image of the function they last served.",
                engine.unusedWarmMemories()));
        metrics.add(gauge(
                "mayfly_engine_unused_memory_resident_bytes",
                "Resident bytes in free memories.",
                engine.unusedMemoryBytesResident()));
        metrics.add(gauge("mayfly_engine_prelinked_components", "Prelinked components.", engine.prelinkedComponents()));
        metrics.add(counter("mayfly_engine_panics", "Panics contained; each is a bug of Mayfly's.", engine.panics()));
    }

    private static void addTables(List<MetricSnapshot> metrics, LinkerCacheMetrics tables) {
        metrics.add(gauge("mayfly_tables_loaded", "Function tables loaded.", tables.loaded()));
        metrics.add(gauge("mayfly_tables_max", "Function tables that may be loaded at once.", tables.tableCountMax()));
        metrics.add(gauge(
                "mayfly_tables_retired", "Function tables that wait for their last call.", tables.retiredWaiting()));
        metrics.add(counter("mayfly_tables_loads", "Function tables loaded so far.", tables.loads()));
        metrics.add(counter("mayfly_tables_misses", "Calls that found no function table.", tables.misses()));
        metrics.add(counter("mayfly_tables_evictions", "Function tables unloaded to make room.", tables.evictions()));
        metrics.add(counter(
                "mayfly_tables_recompilations",
                "Artifacts found damaged or foreign and compiled again.",
                tables.recompilations()));
        metrics.add(counter("mayfly_tables_load_failures", "Loads that failed.", tables.failures()));
    }

    private static MetricSnapshot gauge(String name, String help, long value) {
        return GaugeSnapshot.builder()
                .name(name)
                .help(help)
                .dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder()
                        .value((double) value)
                        .build())
                .build();
    }

    /** The format adds {@code _total} to the name. */
    private static MetricSnapshot counter(String name, String help, long value) {
        return CounterSnapshot.builder()
                .name(name)
                .help(help)
                .dataPoint(CounterSnapshot.CounterDataPointSnapshot.builder()
                        .value((double) value)
                        .build())
                .build();
    }
}
