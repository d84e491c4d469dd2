package dev.mayfly.engine;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/**
 * Native memory that costs nothing before it is touched. An {@link Arena} writes zeros to all it allocates, and with that makes the system
 * find every page: 1.2 GB for the rooms of 10,000 slots, of which their calls touched a fifth.
 */
@SuppressWarnings("restricted")
public final class LazyMemory {
    private static final MethodHandle CALLOC = function("calloc", FunctionDescriptor.of(ADDRESS, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle FREE = function("free", FunctionDescriptor.ofVoid(ADDRESS));

    private LazyMemory() {}

    /**
     * Takes memory from the system, zeroed.
     *
     * @param alignment a power of two
     * @param arena gives it back when it is closed
     * @throws OutOfMemoryError when the system has none
     */
    public static MemorySegment allocate(long bytes, long alignment, Arena arena) {
        MemorySegment room = calloc(bytes + alignment - 1);
        if (room.equals(MemorySegment.NULL)) {
            throw new OutOfMemoryError("the system has no memory for bytes=" + bytes);
        }
        long aligned = -room.address() & (alignment - 1);
        return room.reinterpret(bytes + alignment - 1, arena, LazyMemory::free).asSlice(aligned, bytes);
    }

    private static MemorySegment calloc(long bytes) {
        try {
            return (MemorySegment) CALLOC.invokeExact(1L, bytes);
        } catch (Throwable e) {
            throw NativeEngine.unexpected(e);
        }
    }

    private static void free(MemorySegment room) {
        try {
            FREE.invokeExact(room);
        } catch (Throwable e) {
            throw NativeEngine.unexpected(e);
        }
    }

    private static MethodHandle function(String name, FunctionDescriptor type) {
        SymbolLookup system = Linker.nativeLinker().defaultLookup();
        return Linker.nativeLinker().downcallHandle(system.findOrThrow(name), type);
    }
}
