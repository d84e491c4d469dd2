package dev.mayfly.engine;

/**
 * The engine's pool and its bounds. Everything is reserved as address space when the engine opens and costs memory only once touched.
 *
 * <pre>
 *   layout passed to the engine, machine byte order
 *   offset  bytes  field
 *        0      8  instanceCountMax
 *        8      8  memoryBytesMax
 *       16      8  tableElementsMax
 *       24      8  tickUs
 * </pre>
 *
 * @param instanceCountMax how many invocations may be open at once, over all functions
 * @param memoryBytesMax the largest linear memory; a multiple of 64 KiB. Artifacts are compiled for it: changing it compiles every function again
 * @param tableElementsMax the largest table
 * @param tickUs time between epoch ticks, at which running functions yield
 */
public record EngineConfig(int instanceCountMax, long memoryBytesMax, int tableElementsMax, int tickUs) {
    static final long INSTANCE_COUNT_MAX = 0;
    static final long MEMORY_BYTES_MAX = 8;
    static final long TABLE_ELEMENTS_MAX = 16;
    static final long TICK_US = 24;
    static final long BYTES = 32;

    private static final long PAGE_BYTES = 65_536;

    public EngineConfig {
        require(
                instanceCountMax >= 1 && instanceCountMax <= 100_000,
                "instance-count-max",
                instanceCountMax,
                "1 to 100000");
        require(
                memoryBytesMax >= PAGE_BYTES && memoryBytesMax <= 4L << 30 && memoryBytesMax % PAGE_BYTES == 0,
                "memory-bytes-max",
                memoryBytesMax,
                "65536 to 4294967296 in steps of 65536");
        require(
                tableElementsMax >= 1 && tableElementsMax <= 1 << 24,
                "table-elements-max",
                tableElementsMax,
                "1 to 16777216");
        require(tickUs >= 100 && tickUs <= 1_000_000, "tick-us", tickUs, "100 to 1000000");
    }

    /** 1,024 invocations at once, 64 MiB each at most, a tick a millisecond. */
    public static EngineConfig defaults() {
        return new EngineConfig(1024, 64L << 20, 100_000, 1000);
    }

    public EngineConfig withInstanceCountMax(int value) {
        return new EngineConfig(value, memoryBytesMax, tableElementsMax, tickUs);
    }

    public EngineConfig withMemoryBytesMax(long value) {
        return new EngineConfig(instanceCountMax, value, tableElementsMax, tickUs);
    }

    private static void require(boolean holds, String name, long value, String range) {
        if (!holds) {
            throw new MayflyException.Invalid("engine setting " + name + "=" + value + " is out of range: " + range);
        }
    }
}
