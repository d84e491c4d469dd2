package dev.mayfly.host.warmup;

import dev.mayfly.engine.MayflyException;
import dev.mayfly.linkercache.Digest;
import dev.mayfly.snapshots.SnapshotArchive;
import dev.mayfly.snapshots.SnapshotBuilder;
import dev.mayfly.snapshots.SnapshotRecord;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the archive as the host's snapshots are. A host has one or has none, which is the same to whoever asks here.
 *
 * <p>The archive may be far away or not there: nothing waits for it but who restores, and who purges.
 *
 * <p>Threads: any. Its lock is taken before that of {@link Warmups}, never the other way around.
 */
final class ArchivedSnapshots {
    /** An archive that fails is left alone for so long. */
    private static final long PAUSE_NS = TimeUnit.MINUTES.toNanos(1);

    private static final System.Logger LOG = System.getLogger(ArchivedSnapshots.class.getName());

    private final @Nullable SnapshotArchive archive;
    private final ReentrantLock lock = new ReentrantLock();

    /** Versions that are gone, to be removed. */
    private final Queue<Digest> gone = new ConcurrentLinkedQueue<>();

    /** What the archive has, as far as is known; null = not asked yet. Guarded by {@link #lock}, as all below. */
    private @Nullable Set<Digest> there;

    /** Built by this host, and newer than what the archive has. */
    private final Set<Digest> built = new HashSet<>();

    private long pauseEndNs = System.nanoTime();

    ArchivedSnapshots(@Nullable SnapshotArchive archive) {
        this.archive = archive;
    }

    /** As {@link SnapshotArchive#restore} does. */
    boolean restore(
            Digest version,
            Predicate<SnapshotRecord> wanted,
            SnapshotBuilder.Calls calls,
            Consumer<SnapshotRecord> taker)
            throws InterruptedException {
        if (archive == null) {
            return false;
        }
        lock.lockInterruptibly();
        try {
            return archive.restore(version, wanted, calls, taker);
        } finally {
            lock.unlock();
        }
    }

    /** A version has another snapshot than before. */
    void built(Digest version) {
        if (archive == null) {
            return;
        }
        lock.lock();
        try {
            built.add(version);
        } finally {
            lock.unlock();
        }
    }

    /** Versions are no more. Waits for nothing. */
    void gone(List<Digest> versions) {
        if (archive != null) {
            gone.addAll(versions);
        }
    }

    /**
     * Throws versions' snapshots away.
     *
     * @param forgetting does so in the host; nothing is restored meanwhile
     * @throws MayflyException.Unavailable when the archive can't be reached: it would bring them back
     */
    void purge(List<Digest> versions, Runnable forgetting) {
        lock.lock();
        try {
            forgetting.run();
            versions.forEach(this::remove);
        } finally {
            lock.unlock();
        }
    }

    private void remove(Digest version) {
        if (archive != null) {
            archive.remove(version);
            built.remove(version);
            if (there != null) {
                there.remove(version);
            }
        }
    }

    /**
     * Removes what is gone, and stores one snapshot that the archive doesn't have.
     *
     * @param snapshots the host's, as they are now
     */
    void tend(Supplier<Map<Digest, SnapshotRecord>> snapshots) {
        if (archive == null) {
            return;
        }
        lock.lock();
        try {
            if (System.nanoTime() - pauseEndNs >= 0) {
                tend(archive, snapshots.get());
            }
        } catch (MayflyException e) {
            pauseEndNs = System.nanoTime() + PAUSE_NS;
            LOG.log(System.Logger.Level.WARNING, "snapshots are not archived for a minute: " + e.getMessage());
        } finally {
            lock.unlock();
        }
    }

    private void tend(SnapshotArchive archive, Map<Digest, SnapshotRecord> snapshots) {
        for (Digest version = gone.peek(); version != null; version = gone.peek()) {
            remove(version);
            gone.remove();
        }
        Set<Digest> there = this.there;
        if (there == null) {
            there = archive.versions();
            this.there = there;
        }
        for (Map.Entry<Digest, SnapshotRecord> snapshot : snapshots.entrySet()) {
            Digest version = snapshot.getKey();
            if (built.contains(version) || !there.contains(version)) {
                archive.put(version, snapshot.getValue());
                there.add(version);
                built.remove(version);
                return;
            }
        }
    }
}
