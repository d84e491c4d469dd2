package dev.mayfly.memorypool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.engine.Engine;
import dev.mayfly.engine.EngineConfig;
import dev.mayfly.engine.PrelinkedComponent;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;

/**
 * Whether instances are as new while the kernel takes or moves the memory of those before them, with the engine's settings as shipped.
 *
 * <p>What each run proves depends on the machine, so each prints what it did. Where a machine doesn't permit one, it is skipped and says why.
 */
class FreshMemoryUnderPressureTest {
    private static final int SQUEEZES = 8;
    private static final int ENGINES = 8;
    private static final Path COMPACT = Path.of("/proc/sys/vm/compact_memory");

    /**
     * Spoiled memory is taken from open instances, which then end: their pages are swapped out when the engine resets them. Without swap the
     * kernel can take clean pages of files only, such as those of memory's initial image.
     */
    @Test
    @Timeout(120)
    void instancesAreAsNewAfterTheirPredecessorsMemoryWasTaken(@TempDir Path folder) throws Exception {
        try (MemoryGroup group = memoryGroup()) {
            Process process = new ProcessBuilder(command(folder))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            try {
                group.add(process.toHandle());
                System.out.println("memory-pressure canary: " + squeeze(group, process));
                assertTrue(process.waitFor(30, TimeUnit.SECONDS), "the canaries' process goes on");
                assertEquals(0, process.exitValue());
            } finally {
                process.destroyForcibly().waitFor();
            }
        }
    }

    /** Returns what was done. */
    private static String squeeze(MemoryGroup group, Process process) throws IOException {
        long taken = 0;
        long swapped = 0;
        try (OutputStream in = process.getOutputStream();
                BufferedReader out =
                        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (int i = 0; i < SQUEEZES; i++) {
                holdInstances(in, out);
                long before = group.bytes();
                group.squeeze();
                taken += before - group.bytes();
                swapped = Math.max(swapped, group.swappedBytes());
            }
            holdInstances(in, out);
        }
        return SQUEEZES + " times " + HeldCanaries.INSTANCES + " instances, all as new; the kernel took "
                + (taken >> 10) + " KiB, at most "
                + (swapped >> 10) + " KiB swapped out at once"
                + (swapped == 0 ? ": there is no swap to use here, so only clean pages were put to the proof" : "");
    }

    private static void holdInstances(OutputStream in, BufferedReader out) throws IOException {
        in.write('\n');
        in.flush();
        assertEquals("held", out.readLine());
    }

    /**
     * The kernel moves pages to defragment memory while instances spoil theirs and are reset. It moves what lies low; so each of several engines
     * brings new pages, after which the last one's are gone.
     */
    @Test
    @Timeout(120)
    void instancesAreAsNewWhileTheKernelMovesTheirPages(@TempDir Path folder) throws Exception {
        if (!Files.isWritable(COMPACT)) {
            throw skip("memory-compaction canary not run: " + COMPACT + " can't be written to here");
        }
        long before = migratedPages();
        LongAdder rounds = new LongAdder();
        for (int i = 0; i < ENGINES; i++) {
            try (SlabPool slabs = new SlabPool(1 << 20);
                    SlotPool slots = new SlotPool(SlotConfig.defaults(), slabs);
                    Engine engine = Engine.open(EngineConfig.defaults().withInstanceCountMax(8));
                    PrelinkedComponent canary = FreshMemoryCanaryTest.prelink(
                            engine, new String(FreshMemoryCanary.component(), StandardCharsets.UTF_8), folder)) {
                AtomicBoolean compacted = new AtomicBoolean();
                List<FutureTask<FreshMemoryCanary.Result>> threads = new ArrayList<>();
                for (int thread = 0; thread < 2; thread++) {
                    FutureTask<FreshMemoryCanary.Result> task = new FutureTask<>(() -> {
                        FreshMemoryCanary.Result result;
                        do {
                            result = FreshMemoryCanary.run(canary, slots, FreshMemoryCanary.ROUNDS);
                            rounds.add(result.rounds());
                        } while (result.isFresh() && !compacted.get());
                        return result;
                    });
                    threads.add(task);
                    Thread.ofPlatform().start(task);
                }
                try {
                    Files.writeString(COMPACT, "1");
                    Files.writeString(COMPACT, "1");
                } finally {
                    compacted.set(true);
                }
                // All of them first: none may still run when the engine is closed.
                StringBuilder findings = new StringBuilder();
                for (FutureTask<FreshMemoryCanary.Result> thread : threads) {
                    findings.append(thread.get(30, TimeUnit.SECONDS).finding());
                }
                assertEquals("", findings.toString());
            }
        }
        long moved = migratedPages() - before;
        System.out.println("memory-compaction canary: " + rounds + " instances, all as new; the kernel moved " + moved
                + " pages on the machine meanwhile" + (moved == 0 ? ": nothing was put to the proof" : ""));
    }

    private static long migratedPages() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/vmstat"))) {
            if (line.startsWith("pgmigrate_success ")) {
                return Long.parseLong(line.substring("pgmigrate_success ".length()));
            }
        }
        return 0;
    }

    private static MemoryGroup memoryGroup() {
        try {
            return MemoryGroup.create();
        } catch (IOException e) {
            throw skip("memory-pressure canary not run: no control group can be made here: " + e);
        }
    }

    /** A skip depends on the machine and fails nothing, but nobody has to look for it. */
    private static TestAbortedException skip(String why) {
        System.out.println(why);
        return new TestAbortedException(why);
    }

    private static List<String> command(Path folder) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path")));
        String enginePath = System.getProperty("mayfly.engine.path");
        if (enginePath != null) {
            command.add("-Dmayfly.engine.path=" + enginePath);
        }
        command.add(HeldCanaries.class.getName());
        command.add(folder.toString());
        return command;
    }
}
