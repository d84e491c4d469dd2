package dev.mayfly.host.deploy;

import dev.mayfly.host.Limits;
import dev.mayfly.host.bindings.Bindings;
import dev.mayfly.host.catalog.Catalog;
import dev.mayfly.host.catalog.DeployedFunction;
import dev.mayfly.host.catalog.FunctionName;
import dev.mayfly.host.catalog.FunctionSettings;
import dev.mayfly.host.invoke.Route;
import dev.mayfly.host.invoke.Routes;
import dev.mayfly.linkercache.Artifact;
import dev.mayfly.linkercache.ArtifactStore;
import dev.mayfly.linkercache.ComponentCompiler;
import dev.mayfly.linkercache.Digest;
import dev.mayfly.linkercache.LinkerCache;
import dev.mayfly.linkercache.TableHandle;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Deploys and removes functions: the only writer of the catalog and of the routes.
 *
 * <p>Threads: any. Uploads and compilations go on side by side; the commit to the catalog and the change of the routes are one step under a lock,
 * so that the two never disagree about who came last.
 */
public final class Deployer {
    private final ArtifactStore store;
    private final ComponentCompiler compiler;
    private final LinkerCache tables;
    private final Catalog catalog;
    private final Routes routes;
    private final Bindings bindings;
    private final Limits limits;
    private final Consumer<DeployStep> reached;
    private final ReentrantLock lock = new ReentrantLock();

    /**
     * A deployer of nothing yet.
     *
     * @param bindings that functions may be granted
     * @param reached told of each step of each deployment, before the next one begins
     */
    public Deployer(
            ArtifactStore store,
            ComponentCompiler compiler,
            LinkerCache tables,
            Catalog catalog,
            Routes routes,
            Bindings bindings,
            Limits limits,
            Consumer<DeployStep> reached) {
        this.store = store;
        this.compiler = compiler;
        this.tables = tables;
        this.catalog = catalog;
        this.routes = routes;
        this.bindings = bindings;
        this.limits = limits;
        this.reached = reached;
    }

    /**
     * Takes up what the catalog has and removes what an interrupted deployment left in the store. Once, before anything else.
     *
     * @param fingerprint of the engine, whose artifacts are kept
     * @param ours a component that stays though no function is made of it
     */
    public void restore(String fingerprint, Digest ours) {
        List<Route> restored = new ArrayList<>();
        for (DeployedFunction function : catalog.functions()) {
            restored.add(route(function, tables.open(function.component()), null));
        }
        routes.replaceAll(restored);
        store.removeUnreferenced(fingerprint, digest -> digest.equals(ours) || isDeployed(digest));
    }

    /**
     * Deploys a component under a name, in the place of what was there. Calls of the old function end in peace; new ones get the new function.
     * Whatever is thrown, the old function is as it was.
     *
     * @param component its bytes; read to the end
     * @param settings what is said about it; replaces what an earlier deployment said
     * @throws IOException when {@code component} can't be read
     * @throws InterruptedException when the host shuts down meanwhile
     * @throws dev.mayfly.host.bindings.UnknownBindingException when the host has no such binding; nothing was read then
     * @throws dev.mayfly.engine.MayflyException.Invalid when this is no component that the host can run
     * @throws dev.mayfly.engine.MayflyException.LimitExceeded when it is too large or takes too much to compile, or the disk is full
     * @throws dev.mayfly.engine.MayflyException.Unavailable when too much is being compiled already
     */
    public Deployment deploy(String name, InputStream component, FunctionSettings settings)
            throws IOException, InterruptedException {
        FunctionName.require(name);
        bindings.requireAll(settings.bindings().values());
        Digest digest = null;
        Digest replaced = null;
        // While the upload is open nobody removes the component.
        try (ArtifactStore.Upload upload = store.upload(limits.componentBytesMax())) {
            upload.transferFrom(component);
            reached.accept(DeployStep.RECEIVED);
            digest = upload.finish();
            reached.accept(DeployStep.STORED);
            long startNs = System.nanoTime();
            Artifact artifact = compiler.compile(digest);
            Duration compileTime = Duration.ofNanos(System.nanoTime() - startNs);
            reached.accept(DeployStep.COMPILED);
            TableHandle table = tables.open(digest);
            try {
                table.load(System.nanoTime() + limits.compileTimeMax().toNanos());
                reached.accept(DeployStep.LINKED);
                lock.lock();
                try {
                    Route before = routes.find(name);
                    DeployedFunction function = function(name, artifact, upload.bytes(), settings, before);
                    catalog.put(function);
                    reached.accept(DeployStep.COMMITTED);
                    routes.put(route(function, table, before));
                    table = null;
                    if (before != null) {
                        before.close();
                        replaced = before.function().component();
                    }
                    reached.accept(DeployStep.ROUTED);
                    return new Deployment(function, before == null, compileTime);
                } finally {
                    lock.unlock();
                }
            } finally {
                if (table != null) {
                    table.close();
                }
            }
        } finally {
            removeUnlessDeployed(replaced);
            removeUnlessDeployed(digest);
            reached.accept(DeployStep.CLEANED);
        }
    }

    private Route route(DeployedFunction function, TableHandle table, @Nullable Route before) {
        Map<String, String> granted = function.settings().bindings();
        return before == null
                ? Route.of(function, table, bindings.grants(granted, List.of()), limits.functionConcurrencyMax())
                : before.to(
                        function,
                        table,
                        bindings.grants(granted, before.context().grants().values()));
    }

    private static DeployedFunction function(
            String name, Artifact artifact, long componentBytes, FunctionSettings settings, @Nullable Route before) {
        Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        return new DeployedFunction(
                name,
                artifact.key().component(),
                componentBytes,
                artifact.bytes(),
                artifact.description().componentized(),
                artifact.description().imports(),
                artifact.description().exports(),
                settings,
                before == null ? now : before.function().createdAt(),
                now);
    }

    /**
     * Removes a function. Calls that have begun end in peace.
     *
     * @return whether there was one of that name
     */
    public boolean remove(String name) {
        Route route;
        lock.lock();
        try {
            route = routes.find(name);
            if (route == null) {
                return false;
            }
            catalog.remove(name);
            routes.remove(name);
            route.close();
        } finally {
            lock.unlock();
        }
        removeUnlessDeployed(route.function().component());
        return true;
    }

    private void removeUnlessDeployed(@Nullable Digest component) {
        if (component != null) {
            store.removeComponent(component, this::isDeployed);
        }
    }

    private boolean isDeployed(Digest component) {
        return routes.isDeployed(component);
    }
}
