package dev.mayfly.benchmarks.inprocess;

import dev.mayfly.engine.Compiler;
import dev.mayfly.engine.ComponentDescription;
import dev.mayfly.engine.Engine;
import dev.mayfly.engine.EngineConfig;
import dev.mayfly.engine.EngineMetrics;
import dev.mayfly.engine.Operation;
import dev.mayfly.host.FunctionLimits;
import dev.mayfly.host.Limits;
import dev.mayfly.host.catalog.Alias;
import dev.mayfly.host.catalog.FunctionSettings;
import dev.mayfly.host.catalog.FunctionVersion;
import dev.mayfly.host.invoke.CallLimits;
import dev.mayfly.host.invoke.Invoker;
import dev.mayfly.host.invoke.MetricNames;
import dev.mayfly.host.invoke.Route;
import dev.mayfly.host.invoke.RoutedFunction;
import dev.mayfly.host.invoke.Routes;
import dev.mayfly.hostinterfaces.ConfigOperations;
import dev.mayfly.hostinterfaces.Grant;
import dev.mayfly.hostinterfaces.OperationTable;
import dev.mayfly.hostinterfaces.custom.CustomInterface;
import dev.mayfly.hostinterfaces.custom.CustomOperations;
import dev.mayfly.hostinterfaces.http.HttpOperations;
import dev.mayfly.hostinterfaces.kv.KeyValueLimits;
import dev.mayfly.hostinterfaces.kv.KeyValueOperations;
import dev.mayfly.linkercache.Artifact;
import dev.mayfly.linkercache.ArtifactKey;
import dev.mayfly.linkercache.ArtifactStore;
import dev.mayfly.linkercache.ComponentCompiler;
import dev.mayfly.linkercache.Digest;
import dev.mayfly.linkercache.FolderArtifactStore;
import dev.mayfly.linkercache.LinkerCache;
import dev.mayfly.linkercache.TableHandle;
import dev.mayfly.memorypool.SlabPool;
import dev.mayfly.memorypool.SlotConfig;
import dev.mayfly.memorypool.SlotPool;
import dev.mayfly.memorypool.TenantShares;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The pools, the linker cache and the invoker with the settings a host has by default, and functions deployed straight from files.
 *
 * <p>Threads: deploying is for one, calling for any.
 */
public final class InProcessHost implements AutoCloseable {
    private static final long SLAB_BYTES_MAX = 1L << 30;
    private static final long COMPONENT_BYTES_MAX = 64L << 20;
    private static final int TABLE_COUNT_MAX = 100;
    private static final int REQUEST_HEAD_BYTES_MAX = 32 << 10;
    private static final Duration DEADLINE = Duration.ofSeconds(10);
    private static final Duration FREEING_TIME_MAX = Duration.ofSeconds(10);

    private final EngineConfig config;
    private final CustomOperations custom;
    private final Engine engine;
    private final SlabPool slabs = new SlabPool(SLAB_BYTES_MAX);
    private final SlotPool slots;
    private final Routes routes = new Routes();
    private final TenantShares shares;
    private final Invoker invoker;
    private final FolderArtifactStore store;
    private final ComponentCompiler compiler;
    private final LinkerCache cache;

    /** @param folder for components and artifacts */
    public InProcessHost(Path folder) {
        this(folder, EngineConfig.defaults().instanceCountMax(), List.of());
    }

    /**
     * One for more or fewer invocations at once than by default.
     *
     * @param folder for components and artifacts
     * @param offered interfaces of the program's own
     */
    public InProcessHost(Path folder, int concurrencyMax, List<CustomInterface> offered) {
        this(folder, concurrencyMax, TABLE_COUNT_MAX, offered);
    }

    /**
     * One for many functions.
     *
     * @param folder for components and artifacts
     * @param tableCountMax how many may be loaded at once
     */
    public InProcessHost(Path folder, int concurrencyMax, int tableCountMax) {
        this(folder, concurrencyMax, tableCountMax, List.of());
    }

    private InProcessHost(Path folder, int concurrencyMax, int tableCountMax, List<CustomInterface> offered) {
        config = EngineConfig.defaults().withInstanceCountMax(concurrencyMax);
        custom = new CustomOperations(offered);
        engine = Engine.open(config, custom.descriptions());
        slots = new SlotPool(
                SlotConfig.defaults().withSlotCountMax(concurrencyMax).withRequestHeadBytesMax(REQUEST_HEAD_BYTES_MAX),
                slabs);
        shares = new TenantShares(concurrencyMax, Map.of());
        invoker = new Invoker(routes, slots, operations(custom), shares, new MetricNames(1_000), DEADLINE);
        store = FolderArtifactStore.open(folder);
        compiler = new ComponentCompiler(Compiler.withDefaultLimits(config), engine, store, 1, 8);
        cache = new LinkerCache(engine, store, compiler, tableCountMax);
    }

    /** Compiles a component and makes it callable under {@code name}, with the setting {@code k=value}. */
    public void deploy(String name, Path component) throws IOException, InterruptedException {
        deploy(name, component, Map.of());
    }

    /**
     * The same with bindings.
     *
     * @param grants by the names that the function has for them
     */
    public void deploy(String name, Path component, Map<String, Grant> grants)
            throws IOException, InterruptedException {
        try (ArtifactStore.Upload upload = store.upload(COMPONENT_BYTES_MAX);
                InputStream in = Files.newInputStream(component)) {
            upload.transferFrom(in);
            Artifact artifact = compiler.compile(upload.finish());
            route(name, artifact, upload.bytes(), grants);
        }
    }

    /**
     * Makes one component callable under many names, each with a component and an artifact of its own: the same code in other files. Compiled is it
     * once, as compiling is not what is measured.
     */
    public void deployCopies(List<String> names, Path component) throws IOException, InterruptedException {
        byte[] original = Files.readAllBytes(component);
        Artifact compiled;
        try (ArtifactStore.Upload upload = store.upload(COMPONENT_BYTES_MAX)) {
            upload.write(original, 0, original.length);
            compiled = compiler.compile(upload.finish());
        }
        for (String name : names) {
            byte[] section = CustomSection.of(name);
            try (ArtifactStore.Upload upload = store.upload(COMPONENT_BYTES_MAX)) {
                upload.write(original, 0, original.length);
                upload.write(section, 0, section.length);
                ArtifactKey key = new ArtifactKey(upload.finish(), engine.fingerprint());
                Artifact copy = store.putArtifact(key, output -> {
                    copy(compiled.file(), output);
                    return compiled.description();
                });
                route(name, copy, upload.bytes(), Map.of());
            }
        }
    }

    private static void copy(Path from, Path to) {
        try {
            Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void route(String name, Artifact artifact, long componentBytes, Map<String, Grant> grants) {
        Digest digest = artifact.key().component();
        ComponentDescription description = artifact.description();
        Instant now = Instant.now();
        FunctionSettings settings = FunctionSettings.NONE.withConfig(Map.of("k", "value"));
        FunctionVersion version = new FunctionVersion(
                name,
                1,
                FunctionVersion.digest(digest, settings),
                digest,
                componentBytes,
                artifact.bytes(),
                description.componentized(),
                description.imports(),
                description.exports(),
                settings,
                now);
        routes.put(RoutedFunction.of(name, now, limits(), shares.of("default"))
                .with(version, cache.open(digest), grants, limits())
                .with(Alias.of(name, Alias.LIVE, 1, now)));
    }

    private CallLimits limits() {
        return CallLimits.of(
                Limits.defaults().withFunctionConcurrencyMax(config.instanceCountMax()), FunctionLimits.NONE);
    }

    public Invoker invoker() {
        return invoker;
    }

    private static OperationTable operations(CustomOperations custom) {
        OperationTable.Builder table = OperationTable.builder();
        ConfigOperations.addTo(table);
        KeyValueOperations.addTo(table, KeyValueLimits.defaults());
        HttpOperations.addTo(table);
        table.with(Operation.CUSTOM_CALL, custom);
        return table.build();
    }

    /** The route to a function that must be there. */
    public static Route route(Invoker invoker, String name) {
        Route route = invoker.routes().find(name);
        if (route == null) {
            throw new IllegalArgumentException("there is no function " + name);
        }
        return route;
    }

    /** The place of a function's table. */
    public TableHandle table(String name) {
        return route(invoker, name).table();
    }

    /** What is taken and not given back, each with its count; empty while nothing is called. */
    public List<String> missing() {
        List<String> missing = new ArrayList<>();
        EngineMetrics engineMetrics = engine.metrics();
        report(missing, "slots", slots.inUse());
        report(missing, "slabs", slabs.inUse());
        for (RoutedFunction function : routes.all()) {
            report(missing, "places on " + function.name(), function.admission().inUse());
        }
        report(missing, "instances", engineMetrics.componentInstances());
        report(missing, "memories", engineMetrics.memories());
        report(missing, "tables", engineMetrics.tables());
        report(missing, "stacks", engineMetrics.stacks());
        report(missing, "panics", engineMetrics.panics());
        return missing;
    }

    private static void report(List<String> missing, String what, long count) {
        if (count != 0) {
            missing.add(what + "=" + count);
        }
    }

    /**
     * Gives everything back.
     *
     * @throws IllegalStateException when a call still has something
     */
    @Override
    public void close() {
        List<String> missing = missing();
        for (RoutedFunction function : routes.all()) {
            function.versions().values().forEach(Route::close);
        }
        compiler.close();
        cache.close();
        if (!areTablesFreed()) {
            missing.add("function tables");
        }
        report(missing, "pre-linked components", engine.metrics().prelinkedComponents());
        if (!missing.isEmpty()) {
            throw new IllegalStateException("not given back: " + String.join(", ", missing));
        }
        slots.close();
        slabs.close();
        engine.close();
        custom.close();
    }

    private boolean areTablesFreed() {
        try {
            return cache.awaitAllFreed(FREEING_TIME_MAX);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
