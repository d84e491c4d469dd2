package dev.mayfly.benchmarks.soak;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What this process has in memory, as Linux counts it. */
public final class ResidentMemory {
    private static final Path STATUS = Path.of("/proc/self/status");

    private ResidentMemory() {}

    /**
     * What it has now.
     *
     * @throws IOException where there is no such file: this needs Linux
     */
    public static long bytes() throws IOException {
        return bytes("VmRSS:");
    }

    /**
     * The most it ever had.
     *
     * @throws IOException where there is no such file: this needs Linux
     */
    public static long peakBytes() throws IOException {
        return bytes("VmHWM:");
    }

    private static long bytes(String field) throws IOException {
        for (String line : Files.readAllLines(STATUS)) {
            if (line.startsWith(field)) {
                return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
            }
        }
        throw new IOException(STATUS + " has no " + field);
    }
}
