package dev.mayfly.linkercache;

import dev.mayfly.engine.Engine;
import dev.mayfly.engine.MayflyException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The loaded function tables: as many as the machine allows, each loaded when first called and freed when it is the
 * least recently used one and room is needed.
 *
 * <p><b>Recency costs a call nothing.</b> A table remembers the tick (about a millisecond) of its latest use, written
 * only when it changes, and by whichever call comes: no lock, no list. Whoever needs room reads all of them and takes
 * the oldest without an open call, a few at a time when there are many. So recency is known to a tick; of tables used
 * within the same tick, any may go first.
 *
 * <p><b>Room is made ahead.</b> Freeing a table takes about as long as loading one. So once a call found no room and freed
 * a few, a thread does so for the next ones for some time, while a few may still be loaded. As long as all that are called
 * have room none is freed.
 *
 * <p><b>The bound is hard.</b> Tables that are retired and still in use count. When all are in use, a load is refused
 * with {@link MayflyException.Unavailable}.
 *
 * <p>Threads: any. Ownership: close it, see that {@link #awaitAllFreed} holds, then close the engine.
 */
public final class LinkerCache implements AutoCloseable {
    /** Maps a verified artifact and resolves its imports: {@link Engine#prelink}. */
    @FunctionalInterface
    interface Loader {
        AutoCloseable load(Path artifact);
    }

    /**
     * One in 64 of all tables is evicted at a time: finding them reads every table's tick, which 20,000 tables make
     * about a millisecond. Up to 64 tables are evicted one by one, the exact least recently used first.
     */
    private static final int EVICTED_SHARE = 64;

    private static final System.Logger LOG = System.getLogger(LinkerCache.class.getName());

    private final Loader loader;
    private final String fingerprint;
    private final ArtifactStore store;
    private final ComponentCompiler compiler;
    private final int tableCountMax;

    private final ConcurrentHashMap<Digest, TableHandle> handles = new ConcurrentHashMap<>();

    /**
     * The tables that calls get, and whose they are. By table, as a handle may have its next one before it is rid of
     * the last.
     */
    private final ConcurrentHashMap<FunctionTable, TableHandle> loaded = new ConcurrentHashMap<>();

    /** Tables loaded or being loaded, and those retired that are still in use. */
    private final AtomicInteger tableCount = new AtomicInteger();

    private final AtomicInteger retiredWaiting = new AtomicInteger();
    private final ReentrantLock evicting = new ReentrantLock();

    /** For so long room is made ahead after a call found none. Then one finds none again, if there still are such loads. */
    private static final long AHEAD_NS = 10_000_000_000L;

    /** Has its thread only while there is something to evict. */
    private final ThreadPoolExecutor evictor = evictor();

    private final AtomicBoolean evictorWoken = new AtomicBoolean();

    /** When a call last found no room. */
    private volatile long fullNs = System.nanoTime() - AHEAD_NS;

    private volatile boolean closed;

    private final LongAdder loads = new LongAdder();
    private final LongAdder misses = new LongAdder();
    private final LongAdder evictions = new LongAdder();
    private final LongAdder recompilations = new LongAdder();
    private final LongAdder failures = new LongAdder();

    /**
     * A cache with nothing loaded.
     *
     * @param tableCountMax how many tables may be loaded at once; see {@link TableBudget}
     */
    public LinkerCache(Engine engine, ArtifactStore store, ComponentCompiler compiler, int tableCountMax) {
        this(engine::prelink, engine.fingerprint(), store, compiler, tableCountMax);
    }

    /** A cache of instrumented components, each with one instance for all calls: {@link Engine#prelinkKept}. */
    public static LinkerCache ofKept(
            Engine engine, ArtifactStore store, ComponentCompiler compiler, int tableCountMax) {
        return new LinkerCache(engine::prelinkKept, engine.fingerprint(), store, compiler, tableCountMax);
    }

    LinkerCache(Loader loader, String fingerprint, ArtifactStore store, ComponentCompiler compiler, int tableCountMax) {
        if (tableCountMax < 1) {
            throw new MayflyException.Invalid("loaded-tables-max=" + tableCountMax + " must be at least 1");
        }
        this.loader = loader;
        this.fingerprint = fingerprint;
        this.store = store;
        this.compiler = compiler;
        this.tableCountMax = tableCountMax;
    }

    /**
     * The handle of a component, for a route to keep and to {@linkplain TableHandle#close close}. Loads nothing and
     * looks nothing up.
     */
    public TableHandle open(Digest component) {
        return handles.compute(component, (digest, open) -> {
            if (closed) {
                throw new IllegalStateException("the linker cache is closed");
            }
            TableHandle handle = open == null ? new TableHandle(this, digest) : open;
            handle.userCount++;
            return handle;
        });
    }

    /** Whether somebody has a handle of a component. */
    public boolean isOpen(Digest component) {
        return handles.containsKey(component);
    }

    void close(TableHandle handle) {
        TableHandle left = handles.computeIfPresent(
                handle.component(), (digest, open) -> open == handle && --open.userCount == 0 ? null : open);
        if (left != handle) {
            handle.abandon();
        }
    }

    void missed() {
        misses.increment();
    }

    /** To be called before the handle shows its table, and so before anybody can take that away. */
    void loaded(TableHandle handle, FunctionTable table) {
        loaded.put(table, handle);
    }

    void unloaded(FunctionTable table) {
        loaded.remove(table);
        retiredWaiting.incrementAndGet();
        table.retire();
    }

    /** A new table for the component, with one reference taken. At most one thread a handle is in here. */
    FunctionTable load(Digest component, long deadlineNs) {
        reserve();
        AutoCloseable prelinked = null;
        try {
            prelinked = prelink(component, deadlineNs);
        } finally {
            if (prelinked == null) {
                failures.increment();
                tableCount.decrementAndGet();
            }
        }
        loads.increment();
        FunctionTable table = new FunctionTable(prelinked, System.nanoTime(), this::freed);
        if (!table.tryAcquire()) {
            throw new IllegalStateException("a table that nobody has seen is retired");
        }
        return table;
    }

    private void freed() {
        retiredWaiting.decrementAndGet();
        tableCount.decrementAndGet();
    }

    private AutoCloseable prelink(Digest component, long deadlineNs) {
        ArtifactKey key = new ArtifactKey(component, fingerprint);
        try {
            Optional<Artifact> stored = store.artifact(key);
            if (stored.isPresent()) {
                return loader.load(stored.get().file());
            }
        } catch (MayflyException.IncompatibleArtifact e) {
            LOG.log(System.Logger.Level.WARNING, "compiling component " + component + " again: " + e.getMessage());
            recompilations.increment();
            store.removeArtifact(key);
        }
        return loader.load(compiler.await(component, deadlineNs).file());
    }

    /** Counts a table that is about to be loaded, after making room for it. */
    private void reserve() {
        if (tryReserve()) {
            if (isNearlyFull() && System.nanoTime() - fullNs < AHEAD_NS && evictorWoken.compareAndSet(false, true)) {
                evictor.execute(this::evictAhead);
            }
            return;
        }
        fullNs = System.nanoTime();
        evicting.lock();
        try {
            // Ends: each round takes tables out of the loaded ones, of which there are finitely many idle.
            while (!tryReserve()) {
                if (!evictOldest()) {
                    throw new MayflyException.Unavailable(
                            "all function tables that may be loaded are in use (limit loaded-tables-max="
                                    + tableCountMax + ")",
                            Duration.ofSeconds(1));
                }
            }
        } finally {
            evicting.unlock();
        }
    }

    private boolean tryReserve() {
        int count = tableCount.get();
        while (count < tableCountMax) {
            int found = tableCount.compareAndExchange(count, count + 1);
            if (found == count) {
                return true;
            }
            count = found;
        }
        return false;
    }

    /** Whether fewer may still be loaded than are evicted at a time. */
    private boolean isNearlyFull() {
        return tableCount.get() > tableCountMax - tableCountMax / EVICTED_SHARE;
    }

    private void evictAhead() {
        evictorWoken.set(false);
        evicting.lock();
        try {
            if (isNearlyFull()) {
                evictOldest();
            }
        } finally {
            evicting.unlock();
        }
    }

    private static ThreadPoolExecutor evictor() {
        ThreadFactory threads =
                Thread.ofPlatform().daemon().name("mayfly-evictor").factory();
        var evictor = new ThreadPoolExecutor(1, 1, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), threads);
        evictor.allowCoreThreadTimeOut(true);
        // Once closed there are no loads to make room for.
        evictor.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
        return evictor;
    }

    private record Candidate(TableHandle handle, FunctionTable table, long usedTick) {}

    /** Returns false when every loaded table is in use. */
    private boolean evictOldest() {
        int wanted = Math.max(1, tableCountMax / EVICTED_SHARE);
        // The newest of the chosen is on top, to be replaced by an older one.
        PriorityQueue<Candidate> oldest = new PriorityQueue<>(
                wanted + 1, Comparator.comparingLong(Candidate::usedTick).reversed());
        for (Map.Entry<FunctionTable, TableHandle> entry : loaded.entrySet()) {
            FunctionTable table = entry.getKey();
            long usedTick = table.usedTick();
            Candidate newest = oldest.peek();
            boolean full = newest != null && oldest.size() == wanted;
            // Whether it is in use is asked last: that reads a cache line a stripe.
            if ((full && usedTick >= newest.usedTick()) || table.openCalls() != 0) {
                continue;
            }
            if (full) {
                oldest.poll();
            }
            oldest.add(new Candidate(entry.getValue(), table, usedTick));
        }
        for (Candidate candidate : oldest) {
            if (candidate.handle().unload(candidate.table())) {
                evictions.increment();
            }
        }
        return !oldest.isEmpty();
    }

    public LinkerCacheMetrics metrics() {
        return new LinkerCacheMetrics(
                tableCountMax,
                loaded.size(),
                retiredWaiting.get(),
                loads.sum(),
                misses.sum(),
                evictions.sum(),
                recompilations.sum(),
                failures.sum());
    }

    /** Closes every handle: no call gets a table any more, and each table is freed with its last call. */
    @Override
    public void close() {
        closed = true;
        evictor.shutdown();
        // An open that did not see the flag may put a handle behind the iteration's back: until there is none.
        while (!handles.isEmpty()) {
            for (Digest component : handles.keySet()) {
                TableHandle handle = handles.remove(component);
                if (handle != null) {
                    handle.abandon();
                }
            }
        }
    }

    /**
     * Waits for the last call on any table to end, after {@link #close}.
     *
     * @return whether every table is freed
     */
    public boolean awaitAllFreed(Duration timeMax) throws InterruptedException {
        long deadlineNs = System.nanoTime() + timeMax.toNanos();
        while (tableCount.get() > 0) {
            if (System.nanoTime() >= deadlineNs) {
                return false;
            }
            // Once in a host's life: not worth a signal from the path of calls.
            Thread.sleep(1);
        }
        return true;
    }
}
