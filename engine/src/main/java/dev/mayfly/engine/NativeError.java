package dev.mayfly.engine;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

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
 *        8  65528  message        UTF-8
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
    static final long BYTES = 65_536;

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

    String message() {
        int bytes = memory.get(JAVA_INT, MESSAGE_BYTES);
        return new String(memory.asSlice(MESSAGE, bytes).toArray(JAVA_BYTE), StandardCharsets.UTF_8);
    }

    void throwIfSet(String doing) {
        switch (kind()) {
            case NONE -> {}
            case INVALID -> throw new MayflyException.Invalid(message());
            case INCOMPATIBLE -> throw new MayflyException.IncompatibleArtifact(doing + ": " + message());
            case EXHAUSTED -> throw new MayflyException.Unavailable(doing + ": " + message(), Duration.ofSeconds(1));
            default -> throw new MayflyException.Internal(doing + ": " + message());
        }
    }
}
