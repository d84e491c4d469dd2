package dev.mayfly.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What isn't touched takes no memory; what is, was zero. */
final class LazyMemoryTest {
    private static final long BYTES = 256L << 20;

    @Test
    void memoryIsZeroAlignedAndOfTheSizeAskedFor() {
        try (Arena arena = Arena.ofConfined()) {
            for (long bytes = 1; bytes < 300_000; bytes = bytes * 3 + 1) {
                MemorySegment memory = LazyMemory.allocate(bytes, 128, arena);
                assertEquals(bytes, memory.byteSize());
                assertEquals(0, memory.address() % 128);
                assertEquals(-1, memory.mismatch(MemorySegment.ofArray(new byte[(int) bytes])));
                // Whoever gets it after this one must not see this.
                memory.fill((byte) 1);
            }
        }
    }

    @Test
    void itTakesNoRoomBeforeItIsTouched() throws IOException {
        long before = residentBytes();
        try (Arena arena = Arena.ofConfined()) {
            LazyMemory.allocate(BYTES, 128, arena);
            long taken = residentBytes() - before;
            assertTrue(taken < BYTES / 2, "taken=" + taken);
        }
    }

    @Test
    void itIsGoneWithItsArena() {
        MemorySegment memory;
        try (Arena arena = Arena.ofConfined()) {
            memory = LazyMemory.allocate(64, 128, arena);
        }
        assertThrows(IllegalStateException.class, () -> memory.get(ValueLayout.JAVA_BYTE, 0));
    }

    private static long residentBytes() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
            }
        }
        throw new IOException("no VmRSS");
    }
}
