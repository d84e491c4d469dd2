package dev.mayfly.host.invoke;

import dev.mayfly.engine.MayflyException;
import dev.mayfly.host.catalog.FunctionVersion;
import dev.mayfly.hostinterfaces.FunctionContext;
import dev.mayfly.hostinterfaces.Grant;
import dev.mayfly.linkercache.Digest;
import dev.mayfly.linkercache.FunctionTable;
import dev.mayfly.linkercache.TableHandle;
import dev.mayfly.memorypool.Admission;
import dev.mayfly.memorypool.TenantShares;
import dev.mayfly.snapshots.Warmup;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where calls of one version of a function go, and what is known of it at run time.
 *
 * <p>Immutable, but for the counts in it. The versions of a function share its metrics, log and admission.
 *
 * <p>Ownership: a route holds its component's place in the linker cache, and its snapshot's; {@link #close} it once calls no longer find it. Calls that have found
 * it before either hold a function table, and end in peace, or get none and look up the name again.
 */
public final class Route implements AutoCloseable {
    /** Who wants to know when a version was last invoked looks once a minute: finer than a second is nobody's need. */
    private static final long INVOKED_STEP_NS = 1_000_000_000;

    /** A component that exports one of them is called with events. */
    private static final List<String> EVENT_HANDLERS = List.of(
            "mayfly:function/event-handler@",
            "momento:spawn-function/guest-function-spawn@",
            "momento:functions/guest-function-spawn@");

    /** A component that exports one of them may ask who called it. */
    private static final List<String> TOKEN_READERS =
            List.of("momento:web-function/", "momento:functions/guest-function-web@");

    private static final System.Logger LOG = System.getLogger(Route.class.getName());

    private final FunctionVersion version;
    private final TableHandle table;
    private final FunctionContext context;
    private final boolean handlesEvents;
    private final boolean readsCallerToken;
    private final boolean isDebugged;
    private final CallLimits limits;
    private final FunctionMetrics metrics;
    private final FunctionLog log;
    private final Admission admission;
    private final TenantShares.Share share;

    /** What calls start from since the version was warmed up; null = its component. */
    private volatile @Nullable TableHandle image;

    /** Some call could not have its table at once. */
    private volatile boolean imageMissed;

    /** Guarded by this. */
    private boolean closed;

    /** Set while the version is a canary. */
    private volatile @Nullable Trial trial;

    /** By {@link System#nanoTime}, behind by at most a step; 0 = not yet. Any thread writes it, none minds which write stays. */
    private volatile long invokedNs;

    Route(
            FunctionVersion version,
            TableHandle table,
            Map<String, Grant> grants,
            CallLimits limits,
            RoutedFunction.Shared shared) {
        this.version = version;
        this.table = table;
        this.context =
                new FunctionContext(version.function(), version.settings().config(), grants, limits.operations());
        this.handlesEvents = exportsAny(version, EVENT_HANDLERS);
        this.readsCallerToken = exportsAny(version, TOKEN_READERS);
        Warmup warmup = version.settings().warmup();
        this.isDebugged = warmup != null && warmup.debug();
        this.limits = limits;
        // Not through one more object: a call of a function that was not called for a while finds none of them in a
        // cache.
        this.metrics = shared.metrics();
        this.log = shared.log();
        this.admission = shared.admission();
        this.share = shared.share();
    }

    private static boolean exportsAny(FunctionVersion version, List<String> prefixes) {
        return version.exports().stream().anyMatch(export -> prefixes.stream().anyMatch(export::startsWith));
    }

    /**
     * Reads what a call will need of this function: all at once rather than one after the other, each where the call would wait for it. What is in no
     * cache, as where many functions are called in turn, takes a tenth of a microsecond a read.
     *
     * @return something that depends on all of it, so that no compiler leaves it out
     */
    long touch() {
        TableHandle image = this.image;
        return admission.touch()
                + (image == null ? table : image).touch()
                + metrics.touch()
                + limits.invocation().bufferCountMax();
    }

    /** The function's, in full. */
    public String name() {
        return version.function();
    }

    public FunctionVersion version() {
        return version;
    }

    /** Whether it implements the world {@code event}. */
    public boolean handlesEvents() {
        return handlesEvents;
    }

    /** Whether it may ask for what its caller's token carries. */
    public boolean readsCallerToken() {
        return readsCallerToken;
    }

    /** Whether its first call has its snapshot built, and gets to know what is wrong with that. */
    public boolean isDebugged() {
        return isDebugged;
    }

    /** What gives calls their function table. */
    public TableHandle table() {
        return table;
    }

    /** Has calls start from a snapshot from now on, or with null from the component. Takes the handle over. */
    public synchronized void image(@Nullable TableHandle value) {
        TableHandle before = image;
        TableHandle unused = closed ? value : before;
        image = closed ? null : value;
        if (unused != null) {
            unused.close();
        }
    }

    /** Whether calls start from a snapshot. */
    public boolean isWarmed() {
        return image != null;
    }

    /** Whether it is a snapshot of its that is this component. */
    boolean isImage(Digest component) {
        TableHandle image = this.image;
        return image != null && image.component().equals(component);
    }

    /** Takes a reference to the snapshot's table, and waits for nothing; null when there is none, or it can't be had at the moment. */
    @Nullable
    FunctionTable acquireWarmed() {
        TableHandle image = this.image;
        if (image == null) {
            return null;
        }
        try {
            return image.acquire(0);
        } catch (MayflyException.Unavailable e) {
            imageMissed = true;
            return null;
        } catch (MayflyException e) {
            drop(image, e);
            return null;
        }
    }

    /**
     * Loads the snapshot's table if a call could not have it at once, and has it compiled again if need be. One that can't be had is given up.
     *
     * @param deadlineNs until when to wait, on the clock of {@link System#nanoTime}
     */
    public void mendImage(long deadlineNs) {
        TableHandle image = this.image;
        if (image == null || !imageMissed) {
            return;
        }
        imageMissed = false;
        try {
            image.load(deadlineNs);
        } catch (MayflyException.Unavailable e) {
            imageMissed = true;
        } catch (MayflyException e) {
            drop(image, e);
        }
    }

    private synchronized void drop(TableHandle broken, MayflyException cause) {
        LOG.log(System.Logger.Level.WARNING, "the snapshot of " + name() + " can't be loaded, it starts cold", cause);
        if (image == broken) {
            image(null);
        }
    }

    /** What operations know of the function. */
    public FunctionContext context() {
        return context;
    }

    public FunctionMetrics metrics() {
        return metrics;
    }

    public FunctionLog log() {
        return log;
    }

    /** Bounds how many invocations of the function run at once. */
    public Admission admission() {
        return admission;
    }

    /** Notes an invocation for its canary and its age; {@link MetricNames} does for the function. */
    void record(Receipt receipt, boolean failed) {
        if (receipt.runNs() == 0) {
            return;
        }
        Trial trial = this.trial;
        if (trial != null) {
            trial.record(failed, receipt.runNs());
        }
        if (receipt.endedNs() - invokedNs >= INVOKED_STEP_NS || invokedNs == 0) {
            invokedNs = receipt.endedNs();
        }
    }

    /** When it was last invoked, by {@link System#nanoTime} and behind by at most a second; 0 = not since the host started. */
    public long invokedNs() {
        return invokedNs;
    }

    /** What is counted of it as a canary; null = it is none. */
    public @Nullable Trial trial() {
        return trial;
    }

    /** Counts its calls from now on, or no more. */
    public void trial(@Nullable Trial trial) {
        this.trial = trial;
    }

    /** What each call may use. */
    public CallLimits limits() {
        return limits;
    }

    /** Of the host's places, the function's tenant's. */
    public TenantShares.Share share() {
        return share;
    }

    @Override
    public synchronized void close() {
        image(null);
        closed = true;
        table.close();
    }
}
