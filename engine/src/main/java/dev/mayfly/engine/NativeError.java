package dev.mayfly.engine;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * Room for what the engine says went wrong, off the path of calls.
 *
 * <pre>
 *   offset  bytes  field
 *        0      4  kind           0 = nothing; see the constants
 *        4      4  messageBytes
 *        8      8  message        UTF-8, in the engine's memory until {@link #takeMessage}
 * </pre>
 */
final class NativeError {
    static final int NONE = 0;
    static final int INVALID = 1;
    static final int MISSING_IMPORTS = 2;
    static final int INCOMPATIBLE = 3;
    static final int EXHAUSTED = 4;
    static final int INTERNAL = 5;

    static final long KIND = 0;
    static final long MESSAGE_BYTES = 4;
    static final long MESSAGE = 8;
    static final long BYTES = 16;

    private final MemorySegment memory;

    NativeError(Arena arena) {
        memory = arena.allocate(BYTES, 8);
    }

    MemorySegment memory() {
        return memory;
    }

    int kind() {
        return memory.get(JAVA_INT, KIND);
    }

    /** What it says. To be asked once, when there is an error. */
    String takeMessage() {
        byte[] message = NativeEngine.takeMessage(memory.get(JAVA_LONG, MESSAGE), memory.get(JAVA_INT, MESSAGE_BYTES));
        return new String(message, StandardCharsets.UTF_8);
    }

    void throwIfSet(String doing) {
        switch (kind()) {
            case NONE -> {}
            case INVALID -> throw new MayflyException.Invalid(takeMessage());
            case INCOMPATIBLE -> throw new MayflyException.IncompatibleArtifact(doing + ": " + takeMessage());
            case EXHAUSTED ->
                throw new MayflyException.Unavailable(doing + ": " + takeMessage(), Duration.ofSeconds(1));
            default -> throw new MayflyException.Internal(doing + ": " + takeMessage());
        }
    }
}
