package dev.mayfly.benchmarks.warmup;

import dev.mayfly.benchmarks.measure.Workload;
import dev.mayfly.host.Mayfly;
import dev.mayfly.snapshots.SnapshotRecord;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Calls while the snapshots of another function are built, one after the other. */
final class WhileBuilding implements Workload {
    private final Workload calls;
    private final Mayfly mayfly;
    private final String built;
    private volatile boolean ends;
    private @Nullable Thread builder;

    WhileBuilding(Workload calls, Mayfly mayfly, String built) {
        this.calls = calls;
        this.mayfly = mayfly;
        this.built = built;
    }

    @Override
    public void call() throws Exception {
        if (builder == null) {
            ends = false;
            builder = Thread.ofPlatform().start(this::build);
        }
        calls.call();
    }

    private void build() {
        try {
            while (!ends) {
                SnapshotRecord before = mayfly.snapshot(built);
                while (Objects.equals(before, mayfly.snapshot(built))) {
                    // Asked while the last one is just ending it does nothing.
                    mayfly.warmUp(built);
                    Thread.sleep(1);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Until the last build has ended, so that what is measured next has the machine to itself. */
    @Override
    public void close() {
        Thread running = builder;
        builder = null;
        ends = true;
        if (running != null) {
            try {
                running.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
