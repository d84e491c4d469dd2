package dev.mayfly.host.deploy;

import dev.mayfly.engine.FunctionCount;
import dev.mayfly.host.Limits;
import dev.mayfly.host.access.Tenant;
import dev.mayfly.host.bindings.Bindings;
import dev.mayfly.host.catalog.Alias;
import dev.mayfly.host.catalog.FunctionName;
import dev.mayfly.host.catalog.FunctionSettings;
import dev.mayfly.host.catalog.FunctionVersion;
import dev.mayfly.host.invoke.CallLimits;
import dev.mayfly.host.invoke.Route;
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
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Brings components in: from an upload to a version that answers.
 *
 * <p>Threads: any. Uploads and compilations go on side by side; {@link Releases} has the versions come one after the other.
 */
public final class Deployer {
    private final ArtifactStore store;
    private final ComponentCompiler compiler;
    private final LinkerCache tables;
    private final Releases releases;
    private final Bindings bindings;
    private final Limits limits;
    private final Consumer<Route> published;
    private final Consumer<DeployStep> reached;

    /**
     * A deployer of nothing yet.
     *
     * @param bindings that functions may be granted
     * @param published told of each version that is there now, or was there already
     * @param reached told of each step of each deployment, before the next one begins
     */
    public Deployer(
            ArtifactStore store,
            ComponentCompiler compiler,
            LinkerCache tables,
            Releases releases,
            Bindings bindings,
            Limits limits,
            Consumer<Route> published,
            Consumer<DeployStep> reached) {
        this.store = store;
        this.compiler = compiler;
        this.tables = tables;
        this.releases = releases;
        this.bindings = bindings;
        this.limits = limits;
        this.published = published;
        this.reached = reached;
    }

    /**
     * Makes a component and what is said about it a version of a function, and points an alias to it. Calls of the version before end in peace; new
     * ones get the new one. The same component with the same settings is the version that there is already. Whatever is thrown, all is as it was.
     *
     * @param function its name in full
     * @param component its bytes; read to the end
     * @param alias what to point to it; null = nothing
     * @throws IOException when {@code component} can't be read
     * @throws InterruptedException when the host shuts down meanwhile
     * @throws dev.mayfly.host.bindings.UnknownBindingException when the host has no such binding; nothing was read then
     * @throws dev.mayfly.engine.MayflyException.Invalid when this is no component that the host can run
     * @throws dev.mayfly.engine.MayflyException.LimitExceeded when it is too large or takes too much to compile, when the disk is full, or when
     *     {@code settings} ask for more than the host gives
     * @throws dev.mayfly.engine.MayflyException.Unavailable when too much is being compiled already
     */
    public Deployed deploy(String function, InputStream component, FunctionSettings settings, @Nullable String alias)
            throws IOException, InterruptedException {
        FunctionName.requireFull(function);
        if (alias != null) {
            Alias.requireName(alias);
        }
        bindings.requireAll(Tenant.ofFunction(function), settings.granted().values());
        CallLimits.require(limits, settings.limits());
        Digest digest = null;
        // While the upload is open nobody removes the component.
        try (ArtifactStore.Upload upload = store.upload(limits.componentBytesMax())) {
            upload.transferFrom(component);
            reached.accept(DeployStep.RECEIVED);
            digest = upload.finish();
            reached.accept(DeployStep.STORED);
            long startNs = System.nanoTime();
            ComponentCompiler.Compiled compiled = compiler.compile(digest, function);
            Artifact artifact = compiled.artifact();
            Duration compileTime = Duration.ofNanos(System.nanoTime() - startNs);
            reached.accept(DeployStep.COMPILED);
            TableHandle table = tables.open(digest);
            try {
                table.load(System.nanoTime() + limits.compileTimeMax().toNanos());
                reached.accept(DeployStep.LINKED);
                Deployment deployment = releases.add(draft(function, artifact, upload.bytes(), settings), table, alias);
                if (deployment.versionCreated()) {
                    table = null;
                }
                Route route = deployment
                        .function()
                        .versions()
                        .get(deployment.version().number());
                if (route != null) {
                    published.accept(route);
                }
                return new Deployed(deployment, artifact.description().madeFrom(), compileTime, compiled.functions());
            } finally {
                if (table != null) {
                    table.close();
                }
            }
        } finally {
            if (digest != null) {
                releases.removeUnlessDeployed(digest);
            }
            reached.accept(DeployStep.CLEANED);
        }
    }

    /**
     * A deployment, and what it took.
     *
     * @param madeFrom what the upload was when it was made a component; empty when it was one
     * @param compileTime how long compiling took, or looking up what was compiled before
     * @param functions what compiling did with them; none when it was compiled before, or none are kept
     */
    public record Deployed(Deployment deployment, String madeFrom, Duration compileTime, FunctionCount functions) {}

    private static FunctionVersion draft(
            String function, Artifact artifact, long componentBytes, FunctionSettings settings) {
        Digest component = artifact.key().component();
        return new FunctionVersion(
                function,
                0,
                FunctionVersion.digest(component, settings),
                component,
                componentBytes,
                artifact.bytes(),
                artifact.description().componentized(),
                artifact.description().imports(),
                artifact.description().exports(),
                settings,
                Instant.EPOCH);
    }
}
