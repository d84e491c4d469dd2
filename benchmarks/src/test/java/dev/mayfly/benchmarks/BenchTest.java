package dev.mayfly.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

/** The command line of the benchmarks. */
final class BenchTest {
    @Test
    void everyBenchmarkHasHelp() {
        for (String name : Bench.commandLine().getSubcommands().keySet()) {
            StringWriter said = new StringWriter();
            int exitCode =
                    Bench.commandLine().setOut(new PrintWriter(said, true)).execute(name, "--help");
            assertEquals(0, exitCode, name);
            assertTrue(said.toString().startsWith("Usage: bench " + name), said::toString);
        }
    }
}
