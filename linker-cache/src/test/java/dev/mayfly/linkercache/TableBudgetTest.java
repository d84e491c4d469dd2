package dev.mayfly.linkercache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mayfly.engine.EngineConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TableBudgetTest {
    private static final EngineConfig ENGINE = EngineConfig.defaults().withInstanceCountMax(1_000);

    @TempDir
    Path folder;

    private static int tables(long maps, long files) {
        return TableBudget.tableCountMax(ENGINE, OptionalLong.of(maps), OptionalLong.of(files));
    }

    @Test
    void isBoundByMappings() {
        // 65,530 less 4,096 for the JVM, 8,192 for spare memories and 18 for each of 1,000 instances, by 3, less 1,024
        // replicas.
        assertEquals(10_723, tables(65_530, 1_000_000));
    }

    @Test
    void isBoundByHalfOfTheOpenFilesLessThoseOfReplicas() {
        assertEquals(3_976, tables(65_530, 10_000));
        assertEquals(256, tables(65_530, 1_024));
    }

    @Test
    void isOneAtLeastAndAMillionAtMost() {
        assertEquals(1, tables(100, 1_024));
        assertEquals(1, tables(65_530, 1));
        assertEquals(1_000_000, tables(Long.MAX_VALUE, Long.MAX_VALUE));
    }

    @Test
    void isAThousandWhereTheLimitsAreUnknown() {
        assertEquals(1_000, TableBudget.tableCountMax(ENGINE, OptionalLong.empty(), OptionalLong.of(9)));
        assertEquals(1_000, TableBudget.tableCountMax(ENGINE, OptionalLong.of(9), OptionalLong.empty()));
    }

    @Test
    void readsTheKernelsFiles() throws IOException {
        Path limits = folder.resolve("limits");
        Files.writeString(limits, """
                Limit                     Soft Limit           Hard Limit           Units
                Max processes             95968                95968                processes
                Max open files            1024                 524288               files
                Max locked memory         8388608              8388608              bytes
                """);
        assertEquals(OptionalLong.of(1_024), TableBudget.openFilesMax(limits));
        Files.writeString(limits, "Max open files            unlimited            unlimited            files\n");
        assertEquals(OptionalLong.of(Long.MAX_VALUE), TableBudget.openFilesMax(limits));
        Path maps = Files.writeString(folder.resolve("maps"), "65530\n");
        assertEquals(OptionalLong.of(65_530), TableBudget.mapCountMax(maps));
    }

    @Test
    void whatCannotBeReadIsUnknown() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "Max open files\nnonsense");
        assertEquals(OptionalLong.empty(), TableBudget.openFilesMax(file));
        assertEquals(OptionalLong.empty(), TableBudget.mapCountMax(file));
        assertEquals(OptionalLong.empty(), TableBudget.openFilesMax(folder.resolve("none")));
        assertEquals(OptionalLong.empty(), TableBudget.mapCountMax(folder.resolve("none")));
    }

    @Test
    void readsWhatThisMachinesKernelSays() throws Exception {
        assumeTrue(Files.exists(TableBudget.MAP_COUNT_MAX), "only Linux has it");
        Process sysctl = new ProcessBuilder("cat", TableBudget.MAP_COUNT_MAX.toString()).start();
        String said = sysctl.inputReader().readLine();
        assertEquals(OptionalLong.of(Long.parseLong(said)), TableBudget.mapCountMax(TableBudget.MAP_COUNT_MAX));
        assertTrue(TableBudget.openFilesMax(TableBudget.LIMITS).orElse(0) > 100);
    }
}
