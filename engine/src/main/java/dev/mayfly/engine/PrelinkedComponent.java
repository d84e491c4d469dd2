package dev.mayfly.engine;

import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * A compiled component with all its imports resolved: what an invocation is begun on. Made by {@link Engine#prelink}.
 *
 * <p>Threads: any number may begin invocations on it at once. Whoever closes it sees to it that none is open; the linker cache counts
 * references for that.
 */
public final class PrelinkedComponent implements AutoCloseable {
    private long address;

    PrelinkedComponent(long address) {
        this.address = address;
    }

    /** Reads what beginning an invocation will read, and returns something that depends on it. */
    public long touch() {
        return address;
    }

    long address() {
        long address = this.address;
        if (address == 0) {
            throw new IllegalStateException("this component is closed");
        }
        return address;
    }

    /**
     * Writes what the one instance of a component from {@link Engine#prelinkKept} holds to a file, for {@link Compiler#rewrite}. The next call
     * makes another one, which has other randomness than the first, or another time, in turn; all else that it does not ask the host for is the same.
     *
     * @throws MayflyException.Invalid when that can't be captured, with a line a cause
     */
    public void capture(Path file) {
        try (Arena arena = Arena.ofConfined()) {
            NativeError error = new NativeError(arena);
            NativeEngine.capture(address(), arena.allocateFrom(file.toString(), StandardCharsets.UTF_8), error);
            error.throwIfSet("capturing the warmed instance");
        }
    }

    /** Frees it and unmaps its artifact. A second call does nothing. */
    @Override
    public void close() {
        long address = this.address;
        if (address != 0) {
            this.address = 0;
            NativeEngine.freePrelinked(address);
        }
    }
}
