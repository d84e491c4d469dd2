package dev.mayfly.snapshots;

import dev.mayfly.linkercache.ArtifactStore;
import dev.mayfly.linkercache.ComponentCompiler;
import dev.mayfly.linkercache.Digest;
import dev.mayfly.linkercache.LinkerCache;
import dev.mayfly.linkercache.TableHandle;
import java.io.IOException;
import java.time.Duration;

/** The last gate before a snapshot serves: it is compiled, loaded and called. */
final class ImageTrial {
    static final Duration LOAD_TIME_MAX = Duration.ofSeconds(30);

    private final ComponentCompiler artifacts;
    private final ArtifactStore store;
    private final LinkerCache tables;

    /** @param tables what calls get their tables from */
    ImageTrial(ComponentCompiler artifacts, ArtifactStore store, LinkerCache tables) {
        this.artifacts = artifacts;
        this.store = store;
        this.tables = tables;
    }

    /** Hands over what has passed. */
    @FunctionalInterface
    interface Passed {
        void take() throws IOException, InterruptedException;
    }

    /** Tries an image out that an upload holds. Nothing of one stays that does not pass, or is not taken. */
    void run(Digest image, SnapshotBuilder.Calls calls, Passed passed) throws IOException, InterruptedException {
        boolean taken = false;
        try {
            artifacts.compile(image, calls.function());
            try (TableHandle table = tables.open(image)) {
                table.load(System.nanoTime() + LOAD_TIME_MAX.toNanos());
                calls.check(table);
                passed.take();
                taken = true;
            }
        } finally {
            if (!taken) {
                removeUnused(image);
            }
        }
    }

    /** Of another build with the same outcome it may be the image, or on its way. */
    void removeUnused(Digest component) {
        store.removeComponent(component, other -> tables.isOpen(other));
    }
}
