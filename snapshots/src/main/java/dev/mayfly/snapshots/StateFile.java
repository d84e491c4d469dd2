package dev.mayfly.snapshots;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What an instance held, as the engine wrote it to a file: memories and globals by their names. Mapped, not read: a state may be as large as a
 * function's memory.
 *
 * <pre>
 *   8 bytes of the name, as a number · 8 bytes of the value, likewise · the name · the value
 * </pre>
 */
final class StateFile implements AutoCloseable {
    /** Who asked for randomness or the time; the other records are the state. */
    private static final String ASKED = "asked";

    private static final long HEAD_BYTES = 2 * Long.BYTES;

    private final Arena arena = Arena.ofConfined();
    private final Map<String, MemorySegment> values = new LinkedHashMap<>();
    private final List<String> asked;

    private StateFile(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            MemorySegment bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
            long at = 0;
            while (at < bytes.byteSize()) {
                long nameBytes = bytes.get(JAVA_LONG_UNALIGNED, at);
                long valueBytes = bytes.get(JAVA_LONG_UNALIGNED, at + Long.BYTES);
                at += HEAD_BYTES;
                String name = text(bytes.asSlice(at, nameBytes));
                at += nameBytes;
                values.put(name, bytes.asSlice(at, valueBytes));
                at += valueBytes;
            }
        }
        MemorySegment text = values.remove(ASKED);
        asked = text == null ? List.of() : text(text).lines().toList();
    }

    static StateFile open(Path file) throws IOException {
        return new StateFile(file);
    }

    private static String text(MemorySegment bytes) {
        return new String(bytes.toArray(java.lang.foreign.ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
    }

    /** Valid until it is closed. */
    Map<String, MemorySegment> values() {
        return values;
    }

    /** Who asked for randomness or the time: request, source and the guest's stack, between tabs. */
    List<String> asked() {
        return asked;
    }

    @Override
    public void close() {
        arena.close();
    }
}
