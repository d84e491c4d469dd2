package dev.mayfly.memorypool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.engine.Compiler;
import dev.mayfly.engine.Engine;
import dev.mayfly.engine.EngineConfig;
import dev.mayfly.engine.MayflyException;
import dev.mayfly.engine.PrelinkedComponent;
import dev.mayfly.memorypool.testing.NothingLeaked;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FreshMemoryCanaryTest {
    private final SlabPool slabs = new SlabPool(8 << 20);
    private final SlotPool slots = new SlotPool(SlotConfig.defaults().withSlotCountMax(8), slabs);

    @RegisterExtension
    final NothingLeaked nothingLeaked = new NothingLeaked().watch(slots).watch(slabs);

    @Test
    void everyInstanceIsAsNew(@TempDir Path folder) throws Exception {
        try (Engine engine = Engine.open(EngineConfig.defaults().withInstanceCountMax(8));
                PrelinkedComponent canary = prelink(engine, text(), folder)) {
            FreshMemoryCanary.Result result = FreshMemoryCanary.run(canary, slots, FreshMemoryCanary.ROUNDS);
            assertEquals(new FreshMemoryCanary.Result(FreshMemoryCanary.ROUNDS, ""), result);
            assertTrue(result.isFresh());
            new NothingLeaked().watch(engine).check();
        }
    }

    @Test
    void instancesOfManyThreadsAreAsNew(@TempDir Path folder) throws Exception {
        try (Engine engine = Engine.open(EngineConfig.defaults().withInstanceCountMax(8));
                PrelinkedComponent canary = prelink(engine, text(), folder)) {
            Hammer.virtualThreads(8, (thread, round) -> {
                FreshMemoryCanary.Result result = FreshMemoryCanary.run(canary, slots, FreshMemoryCanary.ROUNDS);
                assertTrue(result.isFresh(), result::finding);
            });
            new NothingLeaked().watch(engine).check();
        }
    }

    /** What an instance would look like that isn't as new, made by changing what the canary starts from rather than what it expects. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            (memory (export "memory") 18)             | (memory (export "memory") 19)                                 | memory of another size: pages=19
            (data (i32.const 0x100000) "as new: ")    | (data (i32.const 0x100000) "as new: ~")                       | memory at 0x100008 held 0x7e
            (data (i32.const 0x100000) "as new: ")    | (data (i32.const 0x100000) "as new: ") (data (i32.const 0xffff8) "~")  | memory at 0xffff8 held 0x7e
            (data (i32.const 0x100000) "as new: ")    | (data (i32.const 0x100000) "as new: ") (data (i32.const 0x11ffff) "~") | memory at 0x11fff8 held 0x7e00000000000000
            (data (i32.const 0x100000) "as new: ")    | (data (i32.const 0x100000) "spoiled:")                        | a data segment at 0x100000 held 0x3a64656c696f7073
            (global $number (mut i64) (i64.const 4711)) | (global $number (mut i64) (i64.const 4712))                 | a global held 4712
            (table $table 8 1000 funcref)             | (table $table 9 1000 funcref)                                 | a table was changed: index=0 found=9
            (i32.const 0) func $nothing)              | (i32.const 0) func $nothing $nothing)                         | a table was changed: index=1 found=1
            (i32.const 0) func $nothing)              | (i32.const 1) func $nothing)                                  | a table was changed: index=0 found=0
            """)
    void saysWhatIsNotAsNew(String asNew, String spoiled, String finding, @TempDir Path folder) throws Exception {
        String text = text().replace(asNew, spoiled);
        assertFalse(text.equals(text()), "the canary's text was changed");
        try (Engine engine = Engine.open(EngineConfig.defaults().withInstanceCountMax(8));
                PrelinkedComponent canary = prelink(engine, text, folder)) {
            assertEquals(
                    new FreshMemoryCanary.Result(1, "round=0: " + finding), FreshMemoryCanary.run(canary, slots, 3));
        }
    }

    @Test
    void aCanaryThatDoesNotEndAsItShouldIsNotTakenForFresh(@TempDir Path folder) throws Exception {
        String text = text().replace("(then unreachable)", "(then nop)");
        try (Engine engine = Engine.open(EngineConfig.defaults().withInstanceCountMax(8));
                PrelinkedComponent canary = prelink(engine, text, folder)) {
            MayflyException error = assertThrows(
                    MayflyException.Internal.class,
                    () -> FreshMemoryCanary.run(canary, slots, FreshMemoryCanary.ROUNDS));
            assertTrue(String.valueOf(error.getMessage()).contains("round=3"), error::getMessage);
        }
    }

    @Test
    void needsASlot(@TempDir Path folder) throws Exception {
        try (Engine engine = Engine.open(EngineConfig.defaults().withInstanceCountMax(8));
                PrelinkedComponent canary = prelink(engine, text(), folder)) {
            List<InvocationSlot> taken = Stream.generate(() -> Objects.requireNonNull(slots.tryAcquire()))
                    .limit(8)
                    .toList();
            assertThrows(MayflyException.Unavailable.class, () -> FreshMemoryCanary.run(canary, slots, 1));
            taken.forEach(InvocationSlot::release);
        }
    }

    private static String text() {
        return new String(FreshMemoryCanary.component(), StandardCharsets.UTF_8);
    }

    static PrelinkedComponent prelink(Engine engine, String text, Path folder)
            throws IOException, InterruptedException {
        Path component = Files.writeString(folder.resolve("canary.wat"), text);
        Path artifact = folder.resolve("canary.artifact");
        Compiler.withDefaultLimits(engine.config()).compile(component, artifact);
        return engine.prelink(artifact);
    }
}
