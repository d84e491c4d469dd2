package dev.mayfly.memorypool.testing;

import dev.mayfly.engine.Engine;
import dev.mayfly.memorypool.SlabPool;
import dev.mayfly.memorypool.SlotPool;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a test that leaves something taken: a slot, a slab, an instance, a memory, a table, a stack.
 *
 * <pre>{@code
 * @RegisterExtension
 * final NothingLeaked nothingLeaked = new NothingLeaked().watch(slots).watch(slabs).watch(engine);
 * }</pre>
 *
 * <p>What a test's last calls give back on threads of their own may take a moment, so it waits for that, with a limit.
 */
public final class NothingLeaked implements AfterEachCallback {
    private final List<Watched> watched = new ArrayList<>();
    private Duration limit = Duration.ofSeconds(5);

    /** How many of something are taken. */
    private record Watched(String name, LongSupplier taken) {}

    public NothingLeaked watch(SlotPool slots) {
        return watch("slots", slots::inUse);
    }

    public NothingLeaked watch(SlabPool slabs) {
        return watch("slabs", slabs::inUse);
    }

    public NothingLeaked watch(Engine engine) {
        return watch("instances", () -> engine.metrics().componentInstances())
                .watch("memories", () -> engine.metrics().memories())
                .watch("tables", () -> engine.metrics().tables())
                .watch("stacks", () -> engine.metrics().stacks())
                .watch("contained panics", () -> engine.metrics().panics());
    }

    /**
     * Watches anything else.
     *
     * @param taken is 0 when nothing is leaked
     */
    public NothingLeaked watch(String name, LongSupplier taken) {
        watched.add(new Watched(name, taken));
        return this;
    }

    /** How long it waits for what is given back late: 5 seconds unless told otherwise. */
    public NothingLeaked within(Duration limit) {
        this.limit = limit;
        return this;
    }

    @Override
    public void afterEach(ExtensionContext context) throws InterruptedException {
        check();
    }

    /**
     * Waits until nothing is taken.
     *
     * @throws AssertionError when something still is at the end of the limit; it names everything that is
     */
    public void check() throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        List<String> leaked = leaked();
        while (!leaked.isEmpty() && System.nanoTime() < end) {
            Thread.sleep(1);
            leaked = leaked();
        }
        if (!leaked.isEmpty()) {
            throw new AssertionError("leaked: " + String.join(", ", leaked));
        }
    }

    private List<String> leaked() {
        return watched.stream()
                .filter(w -> w.taken.getAsLong() != 0)
                .map(w -> w.name + "=" + w.taken.getAsLong())
                .toList();
    }
}
