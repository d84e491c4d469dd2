package dev.mayfly.engine;

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

    long address() {
        long address = this.address;
        if (address == 0) {
            throw new IllegalStateException("this component is closed");
        }
        return address;
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
