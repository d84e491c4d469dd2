package dev.mayfly.host;

import dev.mayfly.engine.MayflyException;
import dev.mayfly.linkercache.ArtifactStore;
import dev.mayfly.linkercache.ComponentCompiler;
import dev.mayfly.linkercache.Digest;
import dev.mayfly.linkercache.FunctionTable;
import dev.mayfly.linkercache.LinkerCache;
import dev.mayfly.linkercache.TableHandle;
import dev.mayfly.memorypool.FreshMemoryCanary;
import dev.mayfly.memorypool.SlotPool;
import java.time.Duration;

/**
 * Runs the canary before a host takes its first request: a host on which one invocation could read what another wrote must not start.
 *
 * <p>The canary is a component like any other, so its artifact stays in the store and later starts take some ten milliseconds longer, not the time
 * of a compilation.
 */
final class FreshMemoryCheck {
    private FreshMemoryCheck() {}

    /**
     * Runs it on the host's own engine, tables and slots.
     *
     * @return the canary's component, which is to stay in the store
     * @throws MayflyException.NotInstalled when an instance saw something that isn't as new
     */
    static Digest run(
            ArtifactStore store, ComponentCompiler compiler, LinkerCache tables, SlotPool slots, Duration timeMax) {
        byte[] component = FreshMemoryCanary.component();
        try (ArtifactStore.Upload upload = store.upload(component.length)) {
            upload.write(component, 0, component.length);
            Digest digest = upload.finish();
            compiler.compile(digest);
            try (TableHandle handle = tables.open(digest)) {
                FunctionTable table = handle.acquire(timeMax.toNanos());
                if (table == null) {
                    throw new MayflyException.Internal("the canary's table was closed before its time");
                }
                try {
                    require(FreshMemoryCanary.run(table.prelinked(), slots, FreshMemoryCanary.ROUNDS));
                } finally {
                    table.release();
                }
            }
            return digest;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MayflyException.Internal("interrupted while the canary was compiled", e);
        }
    }

    /** Lets a host start, or says why it must not. */
    static void require(FreshMemoryCanary.Result result) {
        if (!result.isFresh()) {
            throw new MayflyException.NotInstalled(
                    "memory is not as new for every invocation on this machine, so no function can be run"
                            + " safely: " + result.finding() + " (round " + result.rounds()
                            + "). Please report this with the kernel's version: "
                            + System.getProperty("os.version"));
        }
    }
}
