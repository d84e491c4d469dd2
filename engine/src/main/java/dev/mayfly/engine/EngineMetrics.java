package dev.mayfly.engine;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;

/**
 * Counters of the engine's pool.
 *
 * <pre>
 *   offset  bytes  field
 *        0      8  componentInstances
 *        8      8  memories
 *       16      8  tables
 *       24      8  stacks
 *       32      8  unusedWarmMemories
 *       40      8  unusedMemoryBytesResident
 *       48      8  prelinkedComponents
 *       56      8  panics
 * </pre>
 *
 * @param componentInstances taken from the pool: one for each open invocation
 * @param memories linear memories taken
 * @param tables tables taken
 * @param stacks fiber stacks taken
 * @param unusedWarmMemories free memories that still hold the image of the function they last served
 * @param unusedMemoryBytesResident resident bytes in free memories
 * @param prelinkedComponents not yet closed
 * @param panics contained since the library was loaded; each is a bug of ours
 */
public record EngineMetrics(
        long componentInstances,
        long memories,
        long tables,
        long stacks,
        long unusedWarmMemories,
        long unusedMemoryBytesResident,
        long prelinkedComponents,
        long panics) {
    static final long BYTES = 64;

    static EngineMetrics from(MemorySegment values) {
        return new EngineMetrics(
                values.get(JAVA_LONG, 0),
                values.get(JAVA_LONG, 8),
                values.get(JAVA_LONG, 16),
                values.get(JAVA_LONG, 24),
                values.get(JAVA_LONG, 32),
                values.get(JAVA_LONG, 40),
                values.get(JAVA_LONG, 48),
                values.get(JAVA_LONG, 56));
    }
}
