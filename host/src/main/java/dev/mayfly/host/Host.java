package dev.mayfly.host;

import dev.mayfly.engine.Engine;
import dev.mayfly.engine.EngineConfig;
import dev.mayfly.engine.MayflyException;
import dev.mayfly.engine.Operation;
import dev.mayfly.host.access.AdminKeyFile;
import dev.mayfly.host.access.DisposableTokens;
import dev.mayfly.host.access.KeyStore;
import dev.mayfly.host.audit.AuditLog;
import dev.mayfly.host.bindings.Bindings;
import dev.mayfly.host.bindings.BindingsFile;
import dev.mayfly.host.bindings.DeclaredBinding;
import dev.mayfly.host.bindings.ImplicitBindings;
import dev.mayfly.host.catalog.Catalog;
import dev.mayfly.host.catalog.CatalogConnection;
import dev.mayfly.host.catalog.SqliteCatalog;
import dev.mayfly.host.config.HostConfiguration;
import dev.mayfly.host.config.HostSettings;
import dev.mayfly.host.deploy.DeployStep;
import dev.mayfly.host.deploy.Deployer;
import dev.mayfly.host.deploy.HostClock;
import dev.mayfly.host.deploy.Releases;
import dev.mayfly.host.deploy.Upkeep;
import dev.mayfly.host.events.EventDispatcher;
import dev.mayfly.host.events.HostTopic;
import dev.mayfly.host.events.HostedFunction;
import dev.mayfly.host.http.Access;
import dev.mayfly.host.http.HttpEndpoint;
import dev.mayfly.host.invoke.Invoker;
import dev.mayfly.host.invoke.MetricNames;
import dev.mayfly.host.invoke.Routes;
import dev.mayfly.host.observe.CanaryWatch;
import dev.mayfly.host.observe.HostHealth;
import dev.mayfly.host.observe.HostMetrics;
import dev.mayfly.host.observe.LineWriter;
import dev.mayfly.host.observe.OtlpTraces;
import dev.mayfly.host.secrets.SealingKeys;
import dev.mayfly.host.secrets.SecretVault;
import dev.mayfly.host.secrets.VaultSecret;
import dev.mayfly.host.warmup.BlobSnapshotStore;
import dev.mayfly.host.warmup.Warmups;
import dev.mayfly.hostinterfaces.BindingKind;
import dev.mayfly.hostinterfaces.ConfigOperations;
import dev.mayfly.hostinterfaces.FunctionOperations;
import dev.mayfly.hostinterfaces.OperationTable;
import dev.mayfly.hostinterfaces.blob.BlobOperations;
import dev.mayfly.hostinterfaces.blob.BlobStore;
import dev.mayfly.hostinterfaces.custom.CustomInterface;
import dev.mayfly.hostinterfaces.custom.CustomOperations;
import dev.mayfly.hostinterfaces.http.HttpOperations;
import dev.mayfly.hostinterfaces.kv.KeyValueLimits;
import dev.mayfly.hostinterfaces.kv.KeyValueOperations;
import dev.mayfly.hostinterfaces.messaging.EventQueue;
import dev.mayfly.hostinterfaces.messaging.MessagingOperations;
import dev.mayfly.hostinterfaces.messaging.QueueLimits;
import dev.mayfly.hostinterfaces.messaging.SqliteEventQueue;
import dev.mayfly.hostinterfaces.secrets.SecretOperations;
import dev.mayfly.hostinterfaces.sql.SqlOperations;
import dev.mayfly.linkercache.CodePacks;
import dev.mayfly.linkercache.ComponentCompiler;
import dev.mayfly.linkercache.Digest;
import dev.mayfly.linkercache.FolderArtifactStore;
import dev.mayfly.linkercache.LinkerCache;
import dev.mayfly.linkercache.TableBudget;
import dev.mayfly.memorypool.SlabPool;
import dev.mayfly.memorypool.SlotConfig;
import dev.mayfly.memorypool.SlotPool;
import dev.mayfly.memorypool.TenantShares;
import dev.mayfly.snapshots.SnapshotArchive;
import dev.mayfly.snapshots.SnapshotBuilder;
import dev.mayfly.snapshots.SnapshotRecords;
import dev.mayfly.snapshots.SnapshotStore;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A running host: engine, pools, catalog and HTTP endpoint in one process.
 *
 * <p>Threads: everything may be called from any thread. Ownership: whoever starts a host closes it.
 */
public final class Host implements AutoCloseable {
    /** More may wait for a compiler than run, but not so many that the last one's client gave up long ago. */
    private static final int COMPILE_WAITING_MAX = 64;

    private static final System.Logger LOG = System.getLogger(Host.class.getName());

    private final HostConfig config;
    private final Parts parts;
    private final Invoker invoker;
    private final Deployer deployer;
    private final Releases releases;
    private final Warmups warmups;
    private final @Nullable HttpEndpoint endpoint;
    private final EventDispatcher events;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Host(
            HostConfig config,
            Parts parts,
            Invoker invoker,
            Deployer deployer,
            Releases releases,
            Warmups warmups,
            @Nullable HttpEndpoint endpoint,
            EventDispatcher events) {
        this.config = config;
        this.parts = parts;
        this.invoker = invoker;
        this.deployer = deployer;
        this.releases = releases;
        this.warmups = warmups;
        this.endpoint = endpoint;
        this.events = events;
    }

    /** What was opened, to be closed in the opposite order. */
    private static final class Parts implements AutoCloseable {
        private final Deque<AutoCloseable> parts = new ArrayDeque<>();

        <T extends AutoCloseable> T add(T part) {
            parts.push(part);
            return part;
        }

        @Override
        public void close() {
            RuntimeException failure = null;
            while (!parts.isEmpty()) {
                try {
                    parts.pop().close();
                } catch (Exception e) {
                    if (failure == null) {
                        failure = new MayflyException.Internal("a part of the host can't be closed", e);
                    } else {
                        failure.addSuppressed(e);
                    }
                }
            }
            if (failure != null) {
                throw failure;
            }
        }
    }

    /**
     * Starts a host. When this returns it answers requests.
     *
     * @throws MayflyException.Conflict when another host uses the data folder, or something else the port
     * @throws MayflyException.NotInstalled when the native engine is missing
     * @throws MayflyException.Invalid when the settings can't be had on this machine
     */
    public static Host start(HostConfig config) {
        return start(config, HostClock.SYSTEM, step -> {});
    }

    /**
     * The same with another clock for what takes days.
     *
     * @param reached told of each step of each change
     */
    static Host start(HostConfig config, HostClock clock, Consumer<DeployStep> reached) {
        return start(config, clock, reached, List.of(), true);
    }

    /** Without an HTTP endpoint: address and port are not used. */
    static Host embed(HostConfig config, List<CustomInterface> offered) {
        return start(config, HostClock.SYSTEM, step -> {}, offered, false);
    }

    private static Host start(
            HostConfig config,
            HostClock clock,
            Consumer<DeployStep> reached,
            List<CustomInterface> offered,
            boolean serves) {
        Parts parts = new Parts();
        try {
            return start(config, clock, reached, offered, serves, parts);
        } catch (RuntimeException | Error e) {
            try {
                parts.close();
            } catch (RuntimeException closing) {
                e.addSuppressed(closing);
            }
            throw e;
        }
    }

    private static Host start(
            HostConfig config,
            HostClock clock,
            Consumer<DeployStep> reached,
            List<CustomInterface> offered,
            boolean serves,
            Parts parts) {
        Limits limits = config.limits();
        EngineConfig engineConfig = limits.engineConfig();
        DataFolder folder = parts.add(DataFolder.take(config.dataFolder()));
        SealingKeys sealing = SealingKeys.read(folder.path(), System.getenv());
        Catalog catalog = parts.add(SqliteCatalog.open(folder.catalog(), sealing));
        CatalogConnection accessTables = parts.add(CatalogConnection.open(folder.catalog()));
        SecretVault secrets = SecretVault.open(accessTables, sealing, catalog::sealAnew);
        SlabPool slabs = parts.add(new SlabPool(limits.slabBytesMax()));
        SlotPool slots = parts.add(new SlotPool(
                SlotConfig.defaults()
                        .withSlotCountMax(limits.hostConcurrencyMax())
                        .withRequestHeadBytesMax(limits.requestHeadBytesMax())
                        .withResponseHeadBytesMax(limits.responseHeadBytesMax()),
                slabs));
        Routes routes = new Routes();
        CustomOperations custom = parts.add(new CustomOperations(offered));
        TenantShares shares = new TenantShares(limits.hostConcurrencyMax(), config.tenantWeights());
        KeyStore keys = new KeyStore(accessTables);
        DisposableTokens tokens = new DisposableTokens(keys);
        Invoker invoker = new Invoker(
                routes,
                slots,
                operations(custom, tokens),
                shares,
                new MetricNames(config.observe().functionMetricsMax()),
                limits.deadline());
        URI otlpEndpoint = config.observe().otlpEndpoint();
        if (otlpEndpoint != null) {
            invoker.trace(
                    parts.add(new OtlpTraces(otlpEndpoint, config.observe().traceRatio())));
        }
        // Closed after the functions, which use them.
        EventQueue queue = parts.add(SqliteEventQueue.open(folder.events(), QueueLimits.defaults()));
        ImplicitBindings own = (kind, tenant, name) -> switch (kind) {
            case FUNCTION -> new HostedFunction(tenant.fullName(name), invoker, limits, queue);
            case TOPIC -> new HostTopic(tenant, name, routes, queue);
            case SECRET -> secrets.contains(tenant, name) ? new VaultSecret(secrets, tenant, name) : null;
            default -> null;
        };
        List<DeclaredBinding> declared = new ArrayList<>(declaredBindings(config, folder));
        SnapshotStore snapshotStore = snapshotStore(config, declared, parts);
        Bindings bindings = parts.add(Bindings.open(declared, own));
        FolderArtifactStore store = FolderArtifactStore.open(folder.store());
        Engine engine = parts.add(Engine.open(engineConfig, custom.descriptions()));
        CodePacks packs = CodePacks.open(folder.codePacks(), engine.fingerprint(), limits.codePackBytesMax());
        ComponentCompiler compiler = parts.add(new ComponentCompiler(
                limits.compiler(),
                engine,
                store,
                packs,
                ComponentCompiler.defaultRunningCountMax(),
                COMPILE_WAITING_MAX));
        int tableCountMax = limits.loadedFunctionsMax() == 0
                ? TableBudget.tableCountMax(engineConfig)
                : limits.loadedFunctionsMax();
        LinkerCache tables = new LinkerCache(engine, store, compiler, tableCountMax);
        parts.add(() -> closeTables(tables));
        Releases releases =
                new Releases(catalog, store, packs, tables, routes, bindings, limits, shares, clock, reached);
        Path snapshots = folder.snapshots();
        SnapshotBuilder builder = parts.add(
                new SnapshotBuilder(snapshots.resolve("work"), engine, limits.compiler(), compiler, store, tables));
        SnapshotRecords records = SnapshotRecords.open(snapshots, engine.fingerprint());
        SnapshotArchive archive = snapshotStore == null
                ? null
                : new SnapshotArchive(snapshotStore, snapshots.resolve("archiving"), engine, compiler, store, tables);
        Warmups warmups = new Warmups(
                invoker,
                releases,
                tables,
                store,
                builder,
                records,
                archive,
                secrets,
                limits.versionIdleMax(),
                limits.snapshotBytesMax());
        Deployer deployer =
                new Deployer(store, compiler, tables, releases, bindings, limits, warmups::published, reached);
        Digest canary = FreshMemoryCheck.run(store, compiler, tables, slots, limits.compileTimeMax());
        Set<Digest> ours = new HashSet<>(warmups.images());
        ours.add(canary);
        releases.restore(engine.fingerprint(), ours);
        parts.add(warmups.start());
        parts.add(Upkeep.start(releases, routes, limits.versionIdleMax(), clock));
        EventDispatcher events = parts.add(new EventDispatcher(queue, invoker, limits));
        if (!serves) {
            return new Host(config, parts, invoker, deployer, releases, warmups, null, events);
        }
        CanaryWatch canaryWatch = parts.add(new CanaryWatch(
                () -> FreshMemoryCheck.run(store, compiler, tables, slots, limits.compileTimeMax()),
                CanaryWatch.INTERVAL));
        LineWriter accessLog = accessLog(config.observe());
        if (accessLog != null) {
            parts.add(accessLog);
        }
        HttpEndpoint endpoint = HttpEndpoint.start(
                config,
                access(folder, keys, secrets, parts),
                invoker,
                deployer,
                releases,
                warmups,
                bindings,
                queue,
                new HostHealth(engine, invoker, accessTables::checkWrite, canaryWatch),
                new HostMetrics(engine, invoker, slabs, tables, compiler, accessLog),
                accessLog);
        tokens.serveAt(config.callsUri(endpoint.port()));
        return new Host(config, parts, invoker, deployer, releases, warmups, endpoint, events);
    }

    private static Access access(DataFolder folder, KeyStore keys, SecretVault secrets, Parts parts) {
        AdminKeyFile adminKey = new AdminKeyFile(folder.path(), keys);
        adminKey.ensure();
        return new Access(keys, adminKey, secrets, parts.add(AuditLog.open(folder.path())));
    }

    private static @Nullable LineWriter accessLog(ObserveConfig observe) {
        Path file = observe.accessLog();
        if (file == null) {
            return null;
        }
        return file.equals(ObserveConfig.STANDARD_OUTPUT)
                ? LineWriter.to(new FileOutputStream(FileDescriptor.out))
                : LineWriter.append(file);
    }

    private static List<DeclaredBinding> declaredBindings(HostConfig config, DataFolder folder) {
        Path file = config.configFile();
        if (file == null) {
            file = folder.configFile();
            if (!Files.exists(file)) {
                return List.of();
            }
        }
        return BindingsFile.read(file, System.getenv());
    }

    /** What it is kept in is taken out of the bindings: no function may be given what others start from. */
    private static @Nullable SnapshotStore snapshotStore(
            HostConfig config, List<DeclaredBinding> declared, Parts parts) {
        String name = config.snapshotStore();
        if (name == null) {
            return null;
        }
        DeclaredBinding binding = declared.stream()
                .filter(each -> each.name().equals(name) && each.kind() == BindingKind.BLOB)
                .findFirst()
                .orElseThrow(() -> new MayflyException.Invalid(HostSettings.SNAPSHOT_STORE + "=" + name + ": "
                        + HostConfiguration.FILE_NAME + " declares no binding of that name with kind: blob"));
        declared.remove(binding);
        return new BlobSnapshotStore(parts.add((BlobStore) binding.open((kind, tenant, target) -> null)));
    }

    private static OperationTable operations(CustomOperations custom, DisposableTokens tokens) {
        OperationTable.Builder table =
                OperationTable.builder().with(Operation.CUSTOM_CALL, custom).with(Operation.TOKEN_CREATE, tokens);
        ConfigOperations.addTo(table);
        FunctionOperations.addTo(table);
        SecretOperations.addTo(table);
        KeyValueOperations.addTo(table, KeyValueLimits.defaults());
        SqlOperations.addTo(table);
        BlobOperations.addTo(table);
        HttpOperations.addTo(table);
        MessagingOperations.addTo(table);
        return table.build();
    }

    private static void closeTables(LinkerCache tables) throws InterruptedException {
        tables.close();
        if (!tables.awaitAllFreed(Duration.ofSeconds(5))) {
            // The engine must not be freed under a function that runs.
            throw new IllegalStateException("functions still run: " + tables.metrics());
        }
    }

    /** The port that calls come to, also when {@link HostConfig#port()} was 0. */
    public int port() {
        return endpoint().port();
    }

    private HttpEndpoint endpoint() {
        if (endpoint == null) {
            throw new IllegalStateException("this host is embedded and serves no HTTP");
        }
        return endpoint;
    }

    /** Where clients on this machine call functions: {@code http://127.0.0.1:7373}. */
    public URI uri() {
        return config.callsUri(port());
    }

    /** Where clients on this machine manage it: {@code http://127.0.0.1:7374}. Functions can be called there too. */
    public URI adminUri() {
        return config.access().uri(config.access().adminAddress(), endpoint().adminPort());
    }

    public HostConfig config() {
        return config;
    }

    Invoker invoker() {
        return invoker;
    }

    Deployer deployer() {
        return deployer;
    }

    Warmups warmups() {
        return warmups;
    }

    Releases releases() {
        return releases;
    }

    /**
     * Stops accepting, lets requests that are being answered finish for at most {@link HostConfig#drain()}, cancels the functions that still
     * run, and gives everything back. Returns when all of that is done; a second call does nothing.
     */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        Thread cancelling = Thread.ofVirtual().name("mayfly-drain").start(this::cancelAfterDrain);
        try (parts) {
            if (endpoint != null) {
                endpoint.close();
            }
            events.close();
            invoker.stop();
            cancelling.interrupt();
        }
    }

    private void cancelAfterDrain() {
        try {
            Thread.sleep(config.drain());
            LOG.log(
                    System.Logger.Level.WARNING,
                    "cancelling functions that still run after drain-ms="
                            + config.drain().toMillis());
        } catch (InterruptedException e) {
            // Everything had ended before.
        }
        invoker.stop();
    }
}
