package dev.mayfly.snapshots;

import dev.mayfly.engine.Compiler;
import dev.mayfly.engine.Engine;
import dev.mayfly.engine.MayflyException;
import dev.mayfly.linkercache.ArtifactStore;
import dev.mayfly.linkercache.CodePacks;
import dev.mayfly.linkercache.ComponentCompiler;
import dev.mayfly.linkercache.Digest;
import dev.mayfly.linkercache.FunctionTable;
import dev.mayfly.linkercache.LinkerCache;
import dev.mayfly.linkercache.TableHandle;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * From a component to one that starts warmed: instrument → compile → instantiate → warm-up requests → capture → rewrite → compile → link → canary. Beside the last
 * four, two more instances are warmed up and captured, to compare.
 *
 * <p>What is stored on the way is stored as every component is, so that a crash in the middle leaves nothing that the next start doesn't remove.
 *
 * <p>Threads: one at a time, and one of its own beside that. Ownership: whoever makes it closes it, before the engine.
 */
public final class SnapshotBuilder implements AutoCloseable {
    /** Builds go one after the other, and each has one instance. */
    private static final int KEPT_COUNT_MAX = 2;

    private static final Duration LOAD_TIME_MAX = ImageTrial.LOAD_TIME_MAX;

    /** What an image may add to its component: its memories, and what surrounds their data. */
    private static final int MEMORY_COUNT_MAX = 8;

    private final Path folder;
    private final Compiler compiler;
    private final ComponentCompiler artifacts;
    private final ArtifactStore store;
    private final LinkerCache kept;
    private final ImageTrial trial;
    private final long imageBytesMax;

    /**
     * A builder that works in a folder of its own, which it empties.
     *
     * @param artifacts compiles what {@code compiler} has made
     * @param tables what calls get their tables from
     */
    public SnapshotBuilder(
            Path folder,
            Engine engine,
            Compiler compiler,
            ComponentCompiler artifacts,
            ArtifactStore store,
            LinkerCache tables) {
        this.folder = folder;
        this.compiler = compiler;
        this.artifacts = artifacts;
        this.store = store;
        this.kept = LinkerCache.ofKept(engine, store, artifacts, KEPT_COUNT_MAX);
        this.trial = new ImageTrial(artifacts, store, tables);
        this.imageBytesMax = imageBytesMax(engine);
        delete(folder);
    }

    static long imageBytesMax(Engine engine) {
        return MEMORY_COUNT_MAX * engine.config().memoryBytesMax();
    }

    /** What is called while a snapshot is made. Both throw {@link MayflyException.Invalid} when there must be none, with a line a cause. */
    public interface Calls {
        /** Whose warm-up it is, by its name in full: what its compilations kept is used again. */
        String function();

        /**
         * Sends the warm-up requests to the one instance. Called thrice, each time for another one: the last two times on another thread, beside {@link #check}.
         */
        void warmUp(TableHandle instance) throws InterruptedException;

        /** Looks at the captured state before anything is made of it, and at who asked for randomness or the time. */
        void inspect(Path state, List<Uniqueness.Asked> asked) throws IOException;

        /** Sends them to the snapshot, where each call has a fresh instance. */
        void check(TableHandle image) throws InterruptedException;
    }

    /** What a snapshot that passed all checks is handed to. While it is in here, nobody removes the image from the store. */
    @FunctionalInterface
    public interface Taker {
        void take(Digest image, long bytes, Uniqueness uniqueness);
    }

    /**
     * Makes a snapshot.
     *
     * @throws MayflyException.Invalid when there can be none, with a line a cause
     * @throws MayflyException when there is none now: too little memory, disk or time
     * @throws InterruptedException when the thread is interrupted, possibly as another failure
     */
    public void build(Digest component, Calls calls, Taker taker) throws InterruptedException {
        try {
            Files.createDirectories(folder);
            Path work = Files.createTempDirectory(folder, "build-");
            try {
                build(component, work, calls, taker);
            } finally {
                delete(work);
            }
        } catch (IOException e) {
            throw isDiskFull(e)
                    ? diskFull(e)
                    : new MayflyException.Internal("a snapshot can't be made: " + e.getMessage(), e);
        } catch (MayflyException.Internal e) {
            throw isDiskFull(e) ? diskFull(e) : e;
        }
    }

    /** As the engine and the compiler's process say it too. */
    private static boolean isDiskFull(Exception e) {
        return String.valueOf(e.getMessage()).contains("No space left on device");
    }

    private static MayflyException diskFull(Exception cause) {
        var error = new MayflyException.LimitExceeded(
                ArtifactStore.DISK_SPACE,
                "the data folder's disk is full (limit disk-space); it is tried again, once some space is free");
        error.initCause(cause);
        return error;
    }

    private void build(Digest component, Path work, Calls calls, Taker taker) throws IOException, InterruptedException {
        Path uploaded = store.component(component);
        Path instrumented = work.resolve("instrumented.wasm");
        compiler.instrument(uploaded, instrumented);
        Digest digest = null;
        try (ArtifactStore.Upload upload = upload(instrumented)) {
            digest = upload.finish();
            artifacts.compile(digest, CodePacks.instrumented(calls.function()));
            try (TableHandle handle = kept.open(digest)) {
                handle.load(System.nanoTime() + LOAD_TIME_MAX.toNanos());
                Path state = work.resolve("state");
                warmUp(handle, state, calls);
                calls.inspect(state, UniquenessAudit.asked(state));
                // Neither needs the other: the image is made while the warm-ups run that it is compared with.
                try (SideTask<Uniqueness> audit = SideTask.start(
                        "mayfly-audit", () -> UniquenessAudit.of(state, work, file -> warmUp(handle, file, calls)))) {
                    makeImage(uploaded, state, work, calls, audit, taker);
                }
            }
        } finally {
            if (digest != null) {
                trial.removeUnused(digest);
            }
        }
    }

    private void makeImage(Path uploaded, Path state, Path work, Calls calls, SideTask<Uniqueness> audit, Taker taker)
            throws IOException, InterruptedException {
        Path rewritten = work.resolve("rewritten.wasm");
        compiler.rewrite(uploaded, state, rewritten);
        try (ArtifactStore.Upload upload = upload(rewritten)) {
            Digest image = upload.finish();
            trial.run(image, calls, () -> taker.take(image, upload.bytes(), audit.result()));
        }
    }

    private static void warmUp(TableHandle handle, Path state, Calls calls) throws InterruptedException {
        calls.warmUp(handle);
        FunctionTable table = handle.acquire(LOAD_TIME_MAX.toNanos());
        if (table == null) {
            throw new IllegalStateException("nobody else closes this handle");
        }
        try {
            table.prelinked().capture(state);
        } finally {
            table.release();
        }
    }

    private ArtifactStore.Upload upload(Path file) throws IOException {
        ArtifactStore.Upload upload = store.upload(imageBytesMax);
        try (InputStream in = Files.newInputStream(file)) {
            upload.transferFrom(in);
            return upload;
        } catch (IOException | RuntimeException e) {
            upload.close();
            throw e;
        }
    }

    private static void delete(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        List<Path> paths;
        try (Stream<Path> walk = Files.walk(folder)) {
            paths = walk.sorted(Comparator.reverseOrder()).toList();
            for (Path path : paths) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new MayflyException.Internal("what a snapshot was made with can't be deleted: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        kept.close();
        try {
            if (!kept.awaitAllFreed(LOAD_TIME_MAX)) {
                throw new IllegalStateException("warm-up requests still run: " + kept.metrics());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
