package dev.mayfly.linkercache;

import dev.mayfly.engine.ComponentDescription;
import dev.mayfly.engine.MayflyException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * An {@link ArtifactStore} in a folder of the local disk.
 *
 * <pre>
 *   components/&lt;digest&gt;                 a component's bytes
 *   artifacts/&lt;engine&gt;/&lt;component&gt;   one artifact and its {@link ArtifactManifest}; an engine goes by the digest of
 *                                         its fingerprint
 *   temporary/                            not stored yet, or not deleted yet; emptied on opening
 * </pre>
 *
 * <p><b>Why a crash leaves the old or the new, whole.</b> What is stored is written under {@code temporary/}, flushed,
 * moved into place by one rename, and the folder it is now in is flushed. Before the rename nobody looks for it; after
 * the rename it has all its bytes, because they were flushed before. If the machine loses power between rename and last
 * flush, the rename may be lost, which is as if it had not happened, and the caller had not been told yet. What is
 * removed goes the other way: one rename to {@code temporary/}, then deletion there. What is replaced is replaced by
 * the rename itself.
 *
 * <p><b>Why an artifact is one file in one folder.</b> A call whose function isn't loaded waits for it, and for each
 * folder, file and block on the way that the kernel has to ask the disk for.
 *
 * <p>One process at a time: whoever owns the data folder locks it before opening the store in it.
 */
public final class FolderArtifactStore implements ArtifactStore {
    static final String COMPONENTS = "components";
    static final String ARTIFACTS = "artifacts";
    static final String TEMPORARY = "temporary";

    private static final System.Logger LOG = System.getLogger(FolderArtifactStore.class.getName());

    private final Path folder;
    private final Path components;
    private final Path artifacts;
    private final Path temporary;
    private final Disk disk;
    /** Of the engine that was asked for last: nearly always the same. */
    private volatile EngineFolder engineFolder = new EngineFolder("", Path.of(""));

    private final AtomicLong temporaryNames = new AtomicLong();

    /**
     * Begins every temporary name, and differs from opening to opening: the compiler of a host that was killed runs on,
     * and what it writes in the end must not get into another's draft.
     */
    private final String opening = UUID.randomUUID().toString();

    /**
     * Held while something appears or disappears under its final name, and by whoever asks whether something may
     * disappear.
     */
    private final ReentrantLock names = new ReentrantLock();

    /** How many open uploads hold a component. Guarded by {@link #names}. */
    private final Map<Digest, Integer> held = new HashMap<>();

    FolderArtifactStore(Path folder, Disk disk) {
        this.folder = folder;
        this.components = folder.resolve(COMPONENTS);
        this.artifacts = folder.resolve(ARTIFACTS);
        this.temporary = folder.resolve(TEMPORARY);
        this.disk = disk;
    }

    /** Opens the store in {@code folder}, makes the folder if need be, and deletes what a crash left half done. */
    public static FolderArtifactStore open(Path folder) {
        return open(folder, new Disk());
    }

    static FolderArtifactStore open(Path folder, Disk disk) {
        FolderArtifactStore store = new FolderArtifactStore(folder.toAbsolutePath(), disk);
        try {
            store.prepare();
        } catch (IOException e) {
            throw store.failed("opening the artifact store", e);
        }
        return store;
    }

    private void prepare() throws IOException {
        if (!Files.isDirectory(folder)) {
            disk.createFolder(folder);
            Path parent = folder.getParent();
            if (parent != null) {
                disk.sync(parent);
            }
        }
        disk.delete(temporary);
        disk.createFolder(components);
        disk.createFolder(artifacts);
        disk.createFolder(temporary);
        disk.sync(folder);
    }

    @Override
    public Upload upload(long bytesMax) {
        Path file = temporaryName();
        try {
            return new FileUpload(file, disk.createFile(file), bytesMax);
        } catch (IOException e) {
            throw failed("opening an upload", e);
        }
    }

    @Override
    public boolean hasComponent(Digest component) {
        return Files.isRegularFile(fileOf(component));
    }

    @Override
    public Path component(Digest component) {
        Path file = fileOf(component);
        Digest found;
        try {
            found = Digest.of(file);
        } catch (NoSuchFileException e) {
            throw new MayflyException.NotFound("component " + component + " is not stored");
        } catch (IOException e) {
            throw failed("reading component " + component, e);
        }
        if (!found.equals(component)) {
            throw new MayflyException.Internal("the stored component " + file + " is damaged (its digest is " + found
                    + "): deploy the function again");
        }
        return file;
    }

    @Override
    public Optional<Artifact> artifact(ArtifactKey key) {
        Path place = fileOf(key);
        try (RandomAccessFile file = new RandomAccessFile(place.toFile(), "r")) {
            return Optional.of(verified(key, place, file));
        } catch (FileNotFoundException e) {
            // Asked for only now: a function that is called for the first time waits for each question to the disk.
            if (Files.notExists(place)) {
                return Optional.empty();
            }
            throw failed("reading artifact " + place, e);
        } catch (IOException e) {
            throw failed("reading artifact " + place, e);
        }
    }

    private static Artifact verified(ArtifactKey key, Path place, RandomAccessFile file) throws IOException {
        long length = file.length();
        byte[] bytes = new byte[(int) Math.min(length, ArtifactManifest.BYTES_MAX)];
        MessageDigest digest = Digest.start();
        for (long before = length - bytes.length; before > 0; ) {
            int count = (int) Math.min(before, bytes.length);
            file.readFully(bytes, 0, count);
            digest.update(bytes, 0, count);
            before -= count;
        }
        file.readFully(bytes);
        ArtifactManifest manifest = ArtifactManifest.atEndOf(bytes)
                .orElseThrow(() -> new MayflyException.IncompatibleArtifact(
                        "artifact " + place + " is damaged or incomplete: it has no whole manifest at its end"));
        if (!manifest.key().equals(key)) {
            throw new MayflyException.IncompatibleArtifact("artifact " + place + " belongs to component "
                    + manifest.key().component() + " and engine "
                    + manifest.key().fingerprint());
        }
        int ofManifest = Math.clamp(length - manifest.bytes(), 0, bytes.length);
        digest.update(bytes, 0, bytes.length - ofManifest);
        Digest found = Digest.finish(digest);
        if (!found.equals(manifest.digest())) {
            throw new MayflyException.IncompatibleArtifact(
                    "artifact " + place + " is damaged: its digest is " + found + ", stored was " + manifest.digest());
        }
        return new Artifact(key, place, manifest.bytes(), found, manifest.description());
    }

    @Override
    public Artifact putArtifact(ArtifactKey key, ArtifactWriter writer) throws InterruptedException {
        Path draft = temporaryName();
        boolean stored = false;
        try {
            ComponentDescription description = writer.write(draft);
            ArtifactManifest manifest = new ArtifactManifest(key, Files.size(draft), Digest.of(draft), description);
            try (FileChannel out = disk.append(draft)) {
                disk.write(out, ByteBuffer.wrap(manifest.bytesAfterArtifact()));
                disk.sync(out);
            }
            Path place = fileOf(key);
            moveIntoPlace(draft, folderOf(key.fingerprint()), place);
            stored = true;
            return new Artifact(key, place, manifest.bytes(), manifest.digest(), description);
        } catch (IOException e) {
            throw failed("storing the artifact of component " + key.component(), e);
        } catch (MayflyException.Internal e) {
            // The compiler is a process of its own and says that the disk is full in its own words.
            throw disk.isFull(folder, e) ? diskFull("compiling component " + key.component(), e) : e;
        } finally {
            if (!stored) {
                discardQuietly(draft);
            }
        }
    }

    private void moveIntoPlace(Path draft, Path parent, Path place) throws IOException {
        names.lock();
        try {
            if (!Files.isDirectory(parent)) {
                disk.createFolder(parent);
                disk.sync(artifacts);
            }
            disk.move(draft, place);
        } finally {
            names.unlock();
        }
        disk.sync(parent);
    }

    @Override
    public void removeArtifact(ArtifactKey key) {
        names.lock();
        try {
            discard(fileOf(key));
        } catch (IOException e) {
            throw failed("removing the artifact of component " + key.component(), e);
        } finally {
            names.unlock();
        }
    }

    @Override
    public boolean removeComponent(Digest component, Predicate<Digest> referenced) {
        names.lock();
        try {
            if (!isFree(component, referenced)) {
                return false;
            }
            for (Path engine : entries(artifacts)) {
                discard(engine.resolve(component.hex()));
            }
            return discard(fileOf(component));
        } catch (IOException e) {
            throw failed("removing component " + component, e);
        } finally {
            names.unlock();
        }
    }

    @Override
    public int removeUnreferenced(String fingerprint, Predicate<Digest> referenced) {
        int removed = 0;
        names.lock();
        try {
            Path kept = folderOf(fingerprint);
            for (Path engine : entries(artifacts)) {
                removed += removeIf(engine, component -> !engine.equals(kept) || isFree(component, referenced));
                if (!engine.equals(kept)) {
                    disk.delete(engine);
                }
            }
            return removed + removeIf(components, component -> isFree(component, referenced));
        } catch (IOException e) {
            throw failed("removing what is no longer referenced", e);
        } finally {
            names.unlock();
        }
    }

    private int removeIf(Path parent, Predicate<Digest> condition) throws IOException {
        int removed = 0;
        for (Path entry : entries(parent)) {
            if (condition.test(new Digest(nameOf(entry))) && discard(entry)) {
                removed++;
            }
        }
        return removed;
    }

    private boolean isFree(Digest component, Predicate<Digest> referenced) {
        return !held.containsKey(component) && !referenced.test(component);
    }

    /** Gone in one step, deleted after that. */
    private boolean discard(Path entry) throws IOException {
        if (!Files.exists(entry)) {
            return false;
        }
        Path grave = temporaryName();
        disk.move(entry, grave);
        disk.delete(grave);
        return true;
    }

    /** For what nobody can see: if it can't be deleted now, the next opening will. */
    private void discardQuietly(Path draft) {
        try {
            disk.delete(draft);
        } catch (IOException e) {
            leftOver(draft, e);
        }
    }

    private static void leftOver(Path draft, IOException cause) {
        LOG.log(System.Logger.Level.WARNING, "can't be deleted, left until the next start: " + draft, cause);
    }

    /** Those named by a digest: the others are not ours and stay. */
    private static List<Path> entries(Path parent) throws IOException {
        List<Path> entries = new ArrayList<>();
        try (var stream = Files.newDirectoryStream(parent, entry -> Digest.isDigest(nameOf(entry)))) {
            stream.forEach(entries::add);
        }
        return entries;
    }

    private static String nameOf(Path entry) {
        Path name = entry.getFileName();
        return name == null ? "" : name.toString();
    }

    private Path fileOf(Digest component) {
        return components.resolve(component.hex());
    }

    private Path fileOf(ArtifactKey key) {
        return folderOf(key.fingerprint()).resolve(key.component().hex());
    }

    private Path folderOf(String fingerprint) {
        EngineFolder known = engineFolder;
        if (known.fingerprint().equals(fingerprint)) {
            return known.folder();
        }
        Path folder = artifacts.resolve(Digest.of(fingerprint).hex());
        engineFolder = new EngineFolder(fingerprint, folder);
        return folder;
    }

    private record EngineFolder(String fingerprint, Path folder) {}

    private Path temporaryName() {
        return temporary.resolve(opening + "-" + temporaryNames.incrementAndGet());
    }

    private MayflyException failed(String doing, IOException cause) {
        return disk.isFull(folder, cause)
                ? diskFull(doing, cause)
                : new MayflyException.Internal(doing + " in " + folder + " failed: " + cause, cause);
    }

    private MayflyException diskFull(String doing, Exception cause) {
        var error = new MayflyException.LimitExceeded(
                DISK_SPACE,
                doing + " failed: the data folder's disk is full (limit disk-space); free some space and try again");
        error.initCause(cause);
        return error;
    }

    private final class FileUpload implements Upload {
        private final Path file;
        private final FileChannel out;
        private final long bytesMax;
        private final MessageDigest digest = Digest.start();
        private long bytes;
        private boolean finished;

        /** Set once it is stored and held. */
        private @Nullable Digest component;

        FileUpload(Path file, FileChannel out, long bytesMax) {
            this.file = file;
            this.out = out;
            this.bytesMax = bytesMax;
        }

        @Override
        public void write(byte[] chunk, int offset, int length) {
            if (length > bytesMax - bytes) {
                throw new MayflyException.LimitExceeded(
                        COMPONENT_BYTES_MAX,
                        "the component is larger than " + bytesMax + " bytes (limit component-bytes-max)");
            }
            try {
                disk.write(out, ByteBuffer.wrap(chunk, offset, length));
            } catch (IOException e) {
                throw failed("storing an upload", e);
            }
            digest.update(chunk, offset, length);
            bytes += length;
        }

        @Override
        public long bytes() {
            return bytes;
        }

        @Override
        public Digest finish() {
            if (finished) {
                throw new IllegalStateException("this upload was finished before");
            }
            finished = true;
            Digest digest = Digest.finish(this.digest);
            try {
                disk.sync(out);
                out.close();
                moveIntoPlace(digest);
                disk.sync(components);
            } catch (IOException e) {
                throw failed("storing an upload", e);
            }
            return digest;
        }

        private void moveIntoPlace(Digest digest) throws IOException {
            names.lock();
            try {
                // Over a component that is there as well: the bytes are the same, or the ones there are damaged.
                disk.move(file, fileOf(digest));
                held.merge(digest, 1, Integer::sum);
                component = digest;
            } finally {
                names.unlock();
            }
        }

        @Override
        public void close() {
            Digest component = this.component;
            if (component != null) {
                release(component);
                return;
            }
            try (out) {
                disk.delete(file);
            } catch (IOException e) {
                leftOver(file, e);
            }
        }

        private void release(Digest component) {
            names.lock();
            try {
                held.computeIfPresent(component, (digest, count) -> count == 1 ? null : count - 1);
            } finally {
                names.unlock();
            }
        }
    }
}
