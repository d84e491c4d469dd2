package dev.mayfly.linkercache;

import dev.mayfly.engine.EngineConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/**
 * How many function tables may be loaded at once on this machine.
 *
 * <p>A loaded table holds 3 memory mappings and 1 open file, whatever its size. A process has at most {@code
 * vm.max_map_count} mappings and {@code RLIMIT_NOFILE} files; the JVM, connections and the engine's pool need some of
 * both.
 */
public final class TableBudget {
    static final Path MAP_COUNT_MAX = Path.of("/proc/sys/vm/max_map_count");
    static final Path LIMITS = Path.of("/proc/self/limits");
    private static final String OPEN_FILES = "Max open files";

    /** Where the limits can't be read. */
    private static final int FALLBACK = 1_000;

    private static final int MAPS_PER_TABLE = 3;

    /** For the JVM: a server has a few hundred; each platform thread's stack takes two. */
    private static final int MAPS_RESERVED = 4_096;

    /** For a memory of the engine's pool, once it was used: 4 (memory, image if it is mapped, guards), and 4 that seals may add, by `reset/pool.rs`. */
    private static final int MAPS_PER_MEMORY = 8;

    /** For an instance of the engine's pool: its stack and the guard, and two memories. */
    private static final int MAPS_PER_INSTANCE = 2 + 2 * MAPS_PER_MEMORY;

    /** For the spare memories of the pool. */
    private static final int SPARE_MAPS = 1_024 * MAPS_PER_MEMORY;

    /** The engine loads the functions that are called most once more for other cores: so many at most. */
    private static final int REPLICA_COUNT_MAX = 1_024;

    private TableBudget() {}

    /**
     * The bound that this machine's limits allow beside an engine's pool; 1,000 where they can't be read; at least 1.
     */
    public static int tableCountMax(EngineConfig engine) {
        return tableCountMax(engine, mapCountMax(MAP_COUNT_MAX), openFilesMax(LIMITS));
    }

    static int tableCountMax(EngineConfig engine, OptionalLong mapCountMax, OptionalLong openFilesMax) {
        if (mapCountMax.isEmpty() || openFilesMax.isEmpty()) {
            return FALLBACK;
        }
        long maps = mapCountMax.getAsLong()
                - MAPS_RESERVED
                - SPARE_MAPS
                - (long) MAPS_PER_INSTANCE * engine.instanceCountMax();
        // Half of the files stay for connections. With few files there are few functions, and so few replicas.
        long files = openFilesMax.getAsLong();
        long tables =
                Math.min(maps / MAPS_PER_TABLE - REPLICA_COUNT_MAX, Math.max(files / 4, files / 2 - REPLICA_COUNT_MAX));
        return Math.clamp(tables, 1, 1_000_000);
    }

    static OptionalLong mapCountMax(Path file) {
        try {
            // By lines, for the size of the buffer: the kernel answers the first read only, and Files.readString asks
            // for one byte, as the file says that it is empty.
            List<String> lines = Files.readAllLines(file);
            return lines.isEmpty()
                    ? OptionalLong.empty()
                    : number(lines.getFirst().strip());
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }

    /** The soft limit, which is the one in force: {@code Max open files   1024   524288   files}. */
    static OptionalLong openFilesMax(Path file) {
        try {
            for (String line : Files.readAllLines(file)) {
                if (line.startsWith(OPEN_FILES)) {
                    String[] columns =
                            line.substring(OPEN_FILES.length()).strip().split("\\s+", 2);
                    return columns[0].equals("unlimited") ? OptionalLong.of(Long.MAX_VALUE) : number(columns[0]);
                }
            }
            return OptionalLong.empty();
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }

    private static OptionalLong number(String text) {
        try {
            return OptionalLong.of(Long.parseLong(text));
        } catch (NumberFormatException e) {
            return OptionalLong.empty();
        }
    }
}
