package dev.mayfly.engine;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;

/**
 * Counters of the engine's pool.
 *
 * <pre>
 *   offset  bytes  field
 *        0      8  openInvocations
 *        8      8  componentInstances
 *       16      8  memories
 *       24      8  tables
 *       32      8  stacks
 *       40      8  unusedWarmMemories
 *       48      8  unusedMemoryBytesResident
 *       56      8  prelinkedComponents
 *       64      8  panics
 * </pre>
 *
 * @param openInvocations begun and neither done nor cancelled
 * @param componentInstances taken from the pool
 * @param memories linear memories taken
 * @param tables tables taken
 * @param stacks fiber stacks taken
 * @param unusedWarmMemories free memories that still hold the image of the function they last served
 * @param unusedMemoryBytesResident resident bytes in free memories
 * @param prelinkedComponents not yet closed
 * @param panics contained since the library was loaded; each is a bug of ours
 */
public record EngineMetrics(
        long openInvocations,
        long componentInstances,
        long memories,
        long tables,
        long stacks,
        long unusedWarmMemories,
        long unusedMemoryBytesResident,
        long prelinkedComponents,
        long panics) {
    static final long BYTES = 72;

    static EngineMetrics from(MemorySegment values) {
        return new EngineMetrics(
                values.get(JAVA_LONG, 0),
                values.get(JAVA_LONG, 8),
                values.get(JAVA_LONG, 16),
                values.get(JAVA_LONG, 24),
                values.get(JAVA_LONG, 32),
                values.get(JAVA_LONG, 40),
                values.get(JAVA_LONG, 48),
                values.get(JAVA_LONG, 56),
                values.get(JAVA_LONG, 64));
    }
}
