package dev.mayfly.snapshots;

import dev.mayfly.engine.Engine;
import dev.mayfly.engine.MayflyException;
import dev.mayfly.linkercache.ArtifactStore;
import dev.mayfly.linkercache.ComponentCompiler;
import dev.mayfly.linkercache.Digest;
import dev.mayfly.linkercache.LinkerCache;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Snapshots in a {@link SnapshotStore}, by the version that each is of. What comes from there has passed all gates again before it serves, and whatever is wrong
 * with it, it is built instead.
 *
 * <p>Kept is the component and what is known of it, and no machine code: who can write to the store must not get to run some in the host.
 *
 * <p>Threads: one at a time.
 */
public final class SnapshotArchive {
    private static final System.Logger LOG = System.getLogger(SnapshotArchive.class.getName());

    private final SnapshotStore packed;
    private final Path draft;
    private final ArtifactStore store;
    private final ImageTrial trial;
    private final RecordText text;
    private final String beginning;
    private final long imageBytesMax;

    /**
     * An archive of one engine's snapshots.
     *
     * @param draft a file of its own, for what is on its way to the store
     * @param tables what calls get their tables from
     */
    public SnapshotArchive(
            SnapshotStore packed,
            Path draft,
            Engine engine,
            ComponentCompiler artifacts,
            ArtifactStore store,
            LinkerCache tables) {
        this.packed = packed;
        this.draft = draft;
        this.store = store;
        this.trial = new ImageTrial(artifacts, store, tables);
        this.text = new RecordText(engine.fingerprint());
        this.beginning = Digest.of(engine.fingerprint()).hex() + "/";
        this.imageBytesMax = SnapshotBuilder.imageBytesMax(engine);
    }

    /**
     * Brings a version's snapshot back.
     *
     * @param wanted whether it is still worth it
     * @param calls only {@link SnapshotBuilder.Calls#check} is called
     * @param taker while it is in here, nobody removes the image from the host's own store
     * @return false when there is none that is good
     */
    public boolean restore(
            Digest version,
            Predicate<SnapshotRecord> wanted,
            SnapshotBuilder.Calls calls,
            Consumer<SnapshotRecord> taker)
            throws InterruptedException {
        try {
            PackedSnapshot found = PackedSnapshot.open(packed, nameOf(version));
            if (found == null) {
                return false;
            }
            SnapshotRecord record = recordOf(version, found.label());
            if (!wanted.test(record)) {
                return false;
            }
            restore(found, record, calls, taker);
            return true;
        } catch (MayflyException.Conflict e) {
            // Not wanted any more.
            throw e;
        } catch (MayflyException.Unavailable | MayflyException.LimitExceeded e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "a stored snapshot is not to be had now and is built: " + e.getMessage());
            return false;
        } catch (MayflyException | IOException e) {
            LOG.log(System.Logger.Level.WARNING, "a stored snapshot is of no use and is built anew: " + e.getMessage());
            return false;
        }
    }

    private void restore(
            PackedSnapshot found, SnapshotRecord record, SnapshotBuilder.Calls calls, Consumer<SnapshotRecord> taker)
            throws IOException, InterruptedException {
        try (ArtifactStore.Upload upload = store.upload(imageBytesMax)) {
            found.unpack(upload);
            Digest image = upload.finish();
            if (!image.equals(record.image())) {
                trial.removeUnused(image);
                throw new MayflyException.IncompatibleArtifact(
                        "the stored snapshot has another digest than its record");
            }
            trial.run(image, calls, () -> taker.accept(record));
        }
    }

    /** Stores a version's snapshot, which is this host's. */
    public void put(Digest version, SnapshotRecord record) {
        Path image = store.component(Objects.requireNonNull(record.image()));
        try {
            try {
                PackedSnapshot.write(image, version.hex() + "\n" + text.of(record), draft);
                packed.put(nameOf(version), draft);
            } finally {
                Files.deleteIfExists(draft);
            }
        } catch (IOException e) {
            throw new MayflyException.Internal("a snapshot can't be packed: " + e.getMessage(), e);
        }
    }

    /** Removes a version's snapshot from the store, if it is there. */
    public void remove(Digest version) {
        packed.remove(nameOf(version));
    }

    /** The versions that the store has a snapshot of. */
    public Set<Digest> versions() {
        return packed.names(beginning).stream()
                .map(name -> name.substring(beginning.length()))
                .filter(Digest::isDigest)
                .map(Digest::new)
                .collect(Collectors.toSet());
    }

    private String nameOf(Digest version) {
        return beginning + version.hex();
    }

    /** A snapshot that was copied to another name is not that version's. */
    private SnapshotRecord recordOf(Digest version, String label) {
        int end = label.indexOf('\n');
        SnapshotRecord record =
                end >= 0 && label.substring(0, end).equals(version.hex()) ? text.parse(label.substring(end + 1)) : null;
        if (record == null || record.image() == null) {
            throw new MayflyException.IncompatibleArtifact(
                    "the stored snapshot is another version's or another engine's");
        }
        return record;
    }
}
