package dev.mayfly.engine;

/** Why a function trapped: the values of {@link FrameLayout#TRAP_KIND}, in the order of the constants. */
public enum TrapKind {
    /** The function's stack is used up: endless or too deep recursion. */
    STACK_OVERFLOW,
    MEMORY_OUT_OF_BOUNDS,
    TABLE_OUT_OF_BOUNDS,
    INDIRECT_CALL_TO_NULL,
    BAD_SIGNATURE,
    INTEGER_OVERFLOW,
    INTEGER_DIVISION_BY_ZERO,
    BAD_CONVERSION_TO_INTEGER,
    /** An {@code unreachable} instruction: how most languages end on a panic or an assertion. */
    UNREACHABLE,
    /** The canonical ABI was broken: a bad pointer, a string that isn't UTF-8, an unknown handle, a call while the component can't be entered. */
    CANONICAL_ABI,
    /** The function holds more than the host allows: instances, memories, tables, handles or bytes in one host call. */
    RESOURCE_LIMIT,
    /** Any other trap of the engine; the message names it. */
    OTHER;

    private static final TrapKind[] VALUES = values();

    static TrapKind of(int value) {
        return value >= 0 && value < VALUES.length ? VALUES[value] : OTHER;
    }

    /** The name as it stands in problem documents and metrics: {@code stack-overflow}. */
    public String label() {
        return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }
}
