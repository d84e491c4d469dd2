package dev.mayfly.benchmarks.functions;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The most memory mappings and open files that this process was seen to have, beside what the kernel allows. Linux only. */
final class KernelBudget {
    private static final String OPEN_FILES = "Max open files";

    private long mappings;
    private long files;

    void look() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
            mappings = Math.max(mappings, lines.count());
        }
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            files = Math.max(files, open.count());
        }
    }

    double mappingsPercent() throws IOException {
        // By lines: the kernel says that the file is empty, and answers its first read only.
        String max = Files.readAllLines(Path.of("/proc/sys/vm/max_map_count")).getFirst();
        return 100.0 * mappings / Long.parseLong(max.strip());
    }

    double filesPercent() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/limits"))) {
            String max = lines.filter(line -> line.startsWith(OPEN_FILES))
                    .findFirst()
                    .orElseThrow();
            String soft = max.substring(OPEN_FILES.length()).strip().split("\\s+", 2)[0];
            return soft.equals("unlimited") ? 0 : 100.0 * files / Long.parseLong(soft);
        }
    }
}
