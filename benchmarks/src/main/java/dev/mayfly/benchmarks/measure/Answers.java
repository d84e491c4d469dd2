package dev.mayfly.benchmarks.measure;

import com.sun.management.OperatingSystemMXBean;
import dev.mayfly.benchmarks.soak.ResidentMemory;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * The other side of a {@link ServerProcess}: how the {@code main} of a server ends.
 *
 * <pre>
 *   &lt;- http://127.0.0.1:port    once
 *   -&gt; memory
 *   &lt;- its number
 * </pre>
 */
public final class Answers {
    /** What this process has resident now, in bytes. */
    public static final String MEMORY = "memory";

    /** The most it ever had. */
    public static final String MEMORY_PEAK = "memory-peak";

    /** Processor time it has used, in nanoseconds. */
    public static final String CPU = "cpu";

    /** A number that is asked for. */
    @FunctionalInterface
    public interface Answer {
        /** What it is now. */
        long number() throws IOException;
    }

    private static final Map<String, Answer> ANSWERS = Map.of(
            MEMORY,
            ResidentMemory::bytes,
            MEMORY_PEAK,
            ResidentMemory::peakBytes,
            CPU,
            ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class)::getProcessCpuTime);

    private Answers() {}

    /** Says where this process serves, and answers until its input ends. */
    public static void giveUntilInputEnds(URI address) throws IOException {
        giveUntilInputEnds(address, Map.of());
    }

    /**
     * The same for one that is asked for more.
     *
     * @param more by what is asked
     */
    public static void giveUntilInputEnds(URI address, Map<String, Answer> more) throws IOException {
        say(address.toString());
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            Answer answer = more.getOrDefault(line, ANSWERS.get(line));
            say(answer == null ? "unknown: " + line : String.valueOf(answer.number()));
        }
    }

    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }
}
