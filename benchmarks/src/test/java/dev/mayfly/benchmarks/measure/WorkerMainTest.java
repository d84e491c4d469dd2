package dev.mayfly.benchmarks.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class WorkerMainTest {
    private static final Contender CONTENDER = new Contender() {
        @Override
        public Workload workload(String name) {
            if (!name.equals("nothing")) {
                throw new IllegalArgumentException("there is no workload " + name);
            }
            return () -> {};
        }

        @Override
        public void close() {}
    };

    @Test
    void saysWhenItIsReadyAndAnswersEachCommandWithASample() throws IOException {
        List<String> lines = serve("run nothing 1 1000000\nrun nothing 2 1000000\n");

        assertEquals(3, lines.size());
        assertEquals("ready", lines.getFirst());
        for (String line : lines.subList(1, 3)) {
            assertTrue(line.startsWith("done "), line);
            assertTrue(Sample.decode(line.substring(5)).calls() > 0, line);
        }
    }

    @Test
    void aCommandThatFailsIsAnsweredInOneLineAndTheNextOneStillServed() throws IOException {
        List<String> lines = serve("run something 1 1000000\nwalk\nrun nothing 1 1000000\n");

        assertTrue(
                lines.get(1).startsWith("failed ") && lines.get(1).contains("there is no workload something"),
                lines.get(1));
        assertTrue(lines.get(2).startsWith("failed "), lines.get(2));
        assertTrue(lines.get(3).startsWith("done "), lines.get(3));
    }

    private static List<String> serve(String commands) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        WorkerMain.serve(
                CONTENDER,
                new BufferedReader(new StringReader(commands)),
                new PrintStream(out, true, StandardCharsets.UTF_8));
        return out.toString(StandardCharsets.UTF_8).lines().toList();
    }
}
