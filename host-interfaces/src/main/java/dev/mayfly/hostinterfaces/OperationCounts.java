package dev.mayfly.hostinterfaces;

/**
 * How many operations of each kind one invocation performed, those that failed among them.
 *
 * <p>Threads: the invocation's own while it runs, any once it is over.
 */
@SuppressWarnings("EnumOrdinal") // An index into memory, kept nowhere.
public final class OperationCounts {
    /** Of an invocation that asked nothing of its host. */
    public static final OperationCounts NONE = new OperationCounts();

    private final int[] counts = new int[OperationKind.values().length];
    private int total;

    OperationCounts() {}

    void increment(OperationKind kind) {
        counts[kind.ordinal()]++;
        total++;
    }

    public int of(OperationKind kind) {
        return counts[kind.ordinal()];
    }

    /** Of all kinds together. */
    public int total() {
        return total;
    }
}
