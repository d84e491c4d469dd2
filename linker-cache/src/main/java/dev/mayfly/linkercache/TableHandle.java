package dev.mayfly.linkercache;

import dev.mayfly.engine.MayflyException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A component's place in the {@link LinkerCache}: what a route keeps, so that a call finds its function table by one
 * volatile read.
 *
 * <p>The table behind it comes and goes: it is loaded by the first call, may be evicted while nobody uses it, and is
 * loaded again by the next.
 *
 * <p>Threads: any. Ownership: {@link LinkerCache#open} hands the same handle to all who ask for the same component;
 * each closes it once.
 */
public final class TableHandle implements AutoCloseable {
    private static final VarHandle TABLE;

    static {
        try {
            TABLE = MethodHandles.lookup().findVarHandle(TableHandle.class, "table", FunctionTable.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /**
     * How long a failure to load is repeated to further callers instead of trying again: a compilation takes seconds of
     * a core, and no call in a storm of them should start another one just because the one before was refused.
     */
    private static final long FAILURE_KEPT_NS = 1_000_000_000;

    private final LinkerCache cache;
    private final Digest component;
    private final ReentrantLock loading = new ReentrantLock();

    /** Set by the loading thread; cleared by whoever evicts it or closes the handle. */
    private volatile @Nullable FunctionTable table;

    private volatile boolean closed;

    /** How many opened it and did not close it. Guarded by the cache's map. */
    int userCount;

    /** Guarded by {@link #loading}. */
    private @Nullable MayflyException failure;

    /** When {@link #failure} happened. Guarded by {@link #loading}. */
    private long failedNs;

    TableHandle(LinkerCache cache, Digest component) {
        this.cache = cache;
        this.component = component;
    }

    public Digest component() {
        return component;
    }

    /** Reads what {@link #acquire} will read of a table that is loaded, and returns something that depends on all of it. */
    public long touch() {
        FunctionTable table = this.table;
        return table == null ? 0 : table.touch();
    }

    /**
     * Takes a reference to the function table, loading it first if need be. The caller {@linkplain
     * FunctionTable#release releases} it.
     *
     * @param waitNsMax how long to wait if the table has to be loaded or even compiled
     * @return null when this handle is closed: the function was redeployed or deleted, so look up its route again
     * @throws MayflyException.Unavailable when that takes longer, or as many tables are in use as may be loaded
     * @throws MayflyException when the component can't be compiled or linked; the same as on its upload
     */
    public @Nullable FunctionTable acquire(long waitNsMax) {
        FunctionTable table = this.table;
        if (table != null && table.tryAcquire()) {
            return table;
        }
        return acquireLoading(System.nanoTime() + waitNsMax, false);
    }

    /**
     * Loads the table now rather than with the first call, and even if that failed just before.
     *
     * @throws MayflyException as {@link #acquire} does
     */
    public void load(long deadlineNs) {
        FunctionTable table = acquireLoading(deadlineNs, true);
        if (table != null) {
            table.release();
        }
    }

    private @Nullable FunctionTable acquireLoading(long deadlineNs, boolean again) {
        if (closed) {
            return null;
        }
        cache.missed();
        awaitTurn(deadlineNs);
        try {
            FunctionTable table = this.table;
            if (table != null && table.tryAcquire()) {
                return table;
            }
            return closed ? null : load(deadlineNs, again);
        } catch (MayflyException e) {
            // A component that was just removed fails in many ways; none of them is news to whoever looks for its route
            // again.
            if (closed) {
                return null;
            }
            throw e;
        } finally {
            loading.unlock();
        }
    }

    private void awaitTurn(long deadlineNs) {
        try {
            if (loading.tryLock() || loading.tryLock(deadlineNs - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new MayflyException.Unavailable("the function is still being loaded", Duration.ofSeconds(1));
    }

    private FunctionTable load(long deadlineNs, boolean again) {
        MayflyException failure = this.failure;
        if (failure != null && !again && System.nanoTime() - failedNs < FAILURE_KEPT_NS) {
            throw failure;
        }
        try {
            FunctionTable table = cache.load(component, deadlineNs);
            this.failure = null;
            publish(table);
            return table;
        } catch (MayflyException.Unavailable e) {
            throw e;
        } catch (MayflyException e) {
            this.failure = e;
            this.failedNs = System.nanoTime();
            throw e;
        }
    }

    private void publish(FunctionTable table) {
        cache.loaded(this, table);
        this.table = table;
        // Closing sets the flag and then takes the table away; here it is the other way round, so one of the two takes
        // it.
        if (closed) {
            unload(table);
        }
    }

    /** Takes {@code table} out of use. Returns false when somebody else has done so. */
    boolean unload(FunctionTable table) {
        if (!TABLE.compareAndSet(this, table, (FunctionTable) null)) {
            return false;
        }
        cache.unloaded(table);
        return true;
    }

    /**
     * To be called once by each that opened the handle. With the last of them the table is retired: calls that hold a
     * reference end in peace, later ones get null.
     */
    @Override
    public void close() {
        cache.close(this);
    }

    /** Called by the cache when nobody has this handle open any more. */
    void abandon() {
        closed = true;
        FunctionTable table = this.table;
        if (table != null) {
            unload(table);
        }
    }
}
