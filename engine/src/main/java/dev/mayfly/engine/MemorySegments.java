package dev.mayfly.engine;

import java.lang.foreign.MemorySegment;

/** All native memory as one segment, to read what an address in a frame or slab names without making a segment object for it. */
public final class MemorySegments {
    /**
     * Every address is its own offset. Only for addresses that the engine or a pool of ours wrote: an access elsewhere ends the JVM.
     */
    @SuppressWarnings("restricted")
    public static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    private MemorySegments() {}

    /** A view of {@code bytes} bytes from {@code address} on; no bytes are copied and nobody keeps them alive. */
    public static MemorySegment at(long address, long bytes) {
        return ALL.asSlice(address, bytes);
    }
}
