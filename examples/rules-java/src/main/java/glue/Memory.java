package glue;

import org.teavm.backend.wasm.WasmHeap;
import org.teavm.interop.Address;
import org.teavm.interop.Export;
import org.teavm.interop.StaticInit;
import org.teavm.interop.Unmanaged;

/**
 * What the host, and the adapter for WASI preview 1, write to and read from. It lies above the Java heap, whose objects the garbage collector moves.
 *
 * <p>Nothing is given back: an instance answers one request, and what its warm-up left here is small. Nothing here may make a Java object, as the host
 * calls in the middle of what Java does.
 */
@StaticInit
@Unmanaged
final class Memory {
    private static final int PAGE_BYTES = 65_536;
    /** What the canonical ABI needs at most. */
    private static final int ALIGNMENT = 8;

    private static Address next;
    private static Address end;

    static {
        // A heap that grows would want the place behind it.
        WasmHeap.maxHeapSize = WasmHeap.heapSize;
        next = WasmHeap.memoryLimit;
        end = next;
    }

    private Memory() {}

    @Export(name = "cabi_realloc")
    static Address reallocate(Address old, int oldBytes, int alignment, int bytes) {
        Address block = allocate(bytes);
        Address.moveMemoryBlock(old, block, Math.min(oldBytes, bytes));
        return block;
    }

    static Address allocate(int bytes) {
        Address block = Address.align(next, ALIGNMENT);
        next = block.add(bytes);
        if (end.isLessThan(next)) {
            int pages = (next.toInt() - end.toInt() + PAGE_BYTES - 1) / PAGE_BYTES;
            WasmHeap.growMemory(pages);
            end = end.add(pages * PAGE_BYTES);
        }
        return block;
    }
}
