package dev.mayfly.linkercache;

import dev.mayfly.engine.CodePack;
import dev.mayfly.engine.MayflyException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/**
 * The compiled functions that each function's compilations keep for its next ones, in a folder of the local disk: a pack a function, so that what
 * was made of one's upload becomes code of nobody else, and one for the copies of it that are warmed up.
 *
 * <pre>
 *   &lt;engine&gt;/&lt;owner&gt;   a pack; both go by the digest of their name
 *   drafts/                  being written; emptied on opening
 * </pre>
 *
 * <p>A pack is written under another name and renamed. Nothing is flushed: each entry carries its digest, and what a crash cut off is compiled again.
 * Past so many bytes the least recently used packs go.
 *
 * <p>Threads: any. One process at a time, as {@link FolderArtifactStore}.
 */
public final class CodePacks {
    private static final String DRAFTS = "drafts";
    private static final System.Logger LOG = System.getLogger(CodePacks.class.getName());

    private final Path packs;
    private final Path drafts;
    private final long bytesMax;
    private final Disk disk = new Disk();

    /** A compiler of a host that was killed may run on for a moment: its draft is not ours. */
    private final String opening = UUID.randomUUID().toString();

    private final AtomicLong draftCount = new AtomicLong();
    private final ReentrantLock lock = new ReentrantLock();

    /** Sizes by owner, the least recently used first. Guarded by {@link #lock}. */
    private final Map<Digest, Long> sizes = new LinkedHashMap<>(16, 0.75f, true);

    /** Guarded by {@link #lock}. */
    private long bytes;

    /** Compilations that have not ended. Guarded by {@link #lock}. */
    private final Set<Loan> loans = new HashSet<>();

    /** A pack in use. */
    private static final class Loan {
        final Digest name;

        /** Its owner was removed meanwhile: what is left is of nobody. Guarded by {@link #lock}. */
        boolean orphaned;

        Loan(Digest name) {
            this.name = name;
        }
    }

    private CodePacks(Path folder, String fingerprint, long bytesMax) {
        this.packs = folder.resolve(Digest.of(fingerprint).hex());
        this.drafts = folder.resolve(DRAFTS);
        this.bytesMax = bytesMax;
    }

    /**
     * The packs in {@code folder}, which is made if need be. Those of other engines go.
     *
     * @param fingerprint of the engine that is compiled for
     * @param bytesMax how large all together may become; 0 = none are kept
     */
    public static CodePacks open(Path folder, String fingerprint, long bytesMax) {
        CodePacks opened = new CodePacks(folder, fingerprint, bytesMax);
        try {
            opened.prepare(folder);
        } catch (IOException e) {
            throw new MayflyException.Internal("the compiled functions in " + folder + " can't be opened: " + e, e);
        }
        return opened;
    }

    private void prepare(Path folder) throws IOException {
        disk.createFolder(packs);
        for (Path entry : entries(folder)) {
            if (!entry.equals(packs)) {
                disk.delete(entry);
            }
        }
        disk.createFolder(drafts);
        record Found(Path file, FileTime usedAt, long bytes) {}
        List<Found> found = new ArrayList<>();
        for (Path file : entries(packs)) {
            if (Digest.isDigest(nameOf(file))) {
                found.add(new Found(file, Files.getLastModifiedTime(file), Files.size(file)));
            }
        }
        found.sort(Comparator.comparing(Found::usedAt));
        whileLocked(() -> {
            found.forEach(pack -> count(new Digest(nameOf(pack.file())), pack.bytes()));
            shrink();
        });
    }

    /** Whether any are kept. */
    boolean areKept() {
        return bytesMax > 0;
    }

    /** A compilation with a pack. */
    @FunctionalInterface
    interface Use<T> {
        T with(CodePack pack) throws InterruptedException;
    }

    /** Lends a pack to a compilation, and takes what that leaves when it has not failed. Two for the same owner may run at once; the last one's stays. */
    <T> T use(String owner, Use<T> compilation) throws InterruptedException {
        Loan loan = new Loan(Digest.of(owner));
        Path draft = drafts.resolve(opening + "-" + draftCount.incrementAndGet());
        whileLocked(() -> loans.add(loan));
        try {
            T result = compilation.with(new CodePack(packs.resolve(loan.name.hex()), draft, bytesMax));
            keep(loan, draft);
            return result;
        } finally {
            whileLocked(() -> loans.remove(loan));
            deleteQuietly(draft);
        }
    }

    /** What can't be kept is compiled again: no reason for a deployment to fail. */
    private void keep(Loan loan, Path draft) {
        Digest name = loan.name;
        Path place = packs.resolve(name.hex());
        lock.lock();
        try {
            if (loan.orphaned) {
                return;
            }
            if (Files.exists(draft)) {
                long size = Files.size(draft);
                disk.move(draft, place);
                count(name, size);
                shrink();
            } else if (sizes.get(name) != null) {
                Files.setLastModifiedTime(place, FileTime.from(Instant.now()));
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "compiled functions can't be kept in " + place, e);
        } finally {
            lock.unlock();
        }
    }

    private void count(Digest name, long size) {
        Long before = sizes.put(name, size);
        bytes += size - (before == null ? 0 : before);
    }

    private void shrink() {
        Iterator<Map.Entry<Digest, Long>> oldest = sizes.entrySet().iterator();
        while (bytes > bytesMax && oldest.hasNext()) {
            Map.Entry<Digest, Long> pack = oldest.next();
            deleteQuietly(packs.resolve(pack.getKey().hex()));
            bytes -= pack.getValue();
            oldest.remove();
        }
    }

    /**
     * The owner of what a function's instrumented copies are compiled with: half of them is other code, which would push that of the function itself out
     * of its pack.
     */
    public static String instrumented(String function) {
        // No function's name has a space.
        return function + " instrumented";
    }

    /** Removes what a function's compilations kept. */
    public void remove(String function) {
        removeIf(packsOf(function)::contains);
    }

    /** Removes what is of none of these functions. */
    public void retain(Iterable<String> functions) {
        Set<Digest> kept = new HashSet<>();
        functions.forEach(function -> kept.addAll(packsOf(function)));
        removeIf(name -> !kept.contains(name));
    }

    private static Set<Digest> packsOf(String function) {
        return Set.of(Digest.of(function), Digest.of(instrumented(function)));
    }

    private void removeIf(Predicate<Digest> condition) {
        whileLocked(() -> {
            loans.stream().filter(loan -> condition.test(loan.name)).forEach(loan -> loan.orphaned = true);
            sizes.entrySet().removeIf(pack -> {
                boolean goes = condition.test(pack.getKey());
                if (goes) {
                    deleteQuietly(packs.resolve(pack.getKey().hex()));
                    bytes -= pack.getValue();
                }
                return goes;
            });
        });
    }

    private void whileLocked(Runnable work) {
        lock.lock();
        try {
            work.run();
        } finally {
            lock.unlock();
        }
    }

    /** How large all are together. */
    public long bytes() {
        lock.lock();
        try {
            return bytes;
        } finally {
            lock.unlock();
        }
    }

    private static List<Path> entries(Path folder) throws IOException {
        try (var stream = Files.list(folder)) {
            return stream.toList();
        }
    }

    private static String nameOf(Path entry) {
        Path name = entry.getFileName();
        return name == null ? "" : name.toString();
    }

    private void deleteQuietly(Path file) {
        try {
            disk.delete(file);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "can't be deleted, left until the next start: " + file, e);
        }
    }
}
