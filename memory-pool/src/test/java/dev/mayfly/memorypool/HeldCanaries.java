package dev.mayfly.memorypool;

import dev.mayfly.engine.Engine;
import dev.mayfly.engine.EngineConfig;
import dev.mayfly.engine.PrelinkedComponent;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The process that {@link FreshMemoryUnderPressureTest} puts under pressure. For each line that it reads it begins instances of the canary, which
 * look, spoil their memory and stay open; says {@code held}, or what was not as new; and ends them when the next line comes.
 */
final class HeldCanaries {
    /** 1.5 MiB each: enough that the kernel has something to take, and no test machine is troubled. */
    static final int INSTANCES = 64;

    private HeldCanaries() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        // The first line says that this process is in its group now: what is taken from here on is the group's.
        lines.readLine();
        EngineConfig config = EngineConfig.defaults().withInstanceCountMax(INSTANCES);
        try (SlabPool slabs = new SlabPool(1 << 20);
                SlotPool slots = new SlotPool(SlotConfig.defaults().withSlotCountMax(INSTANCES), slabs);
                Engine engine = Engine.open(config);
                PrelinkedComponent canary = FreshMemoryCanaryTest.prelink(
                        engine,
                        new String(FreshMemoryCanary.component(), StandardCharsets.UTF_8),
                        Path.of(arguments[0]))) {
            List<InvocationSlot> held = new ArrayList<>();
            do {
                held.forEach(InvocationSlot::release);
                held.clear();
                for (int i = 0; i < INSTANCES; i++) {
                    InvocationSlot slot = Objects.requireNonNull(slots.tryAcquire());
                    held.add(slot);
                    String finding =
                            FreshMemoryCanary.look(canary, slot, FreshMemoryCanary.FIRST_WAITING_ROUND + i % 3);
                    if (!finding.isEmpty()) {
                        System.out.println("stale: " + finding);
                    }
                }
                System.out.println("held");
            } while (lines.readLine() != null);
            held.forEach(InvocationSlot::release);
        }
    }
}
