package dev.mayfly.hostinterfaces;

/**
 * How many functions are behind an invocation.
 *
 * @param calls that wait for its answer: 0 for one that was called from outside
 * @param spawns that had it called later, by events one after the other: 0 for one that no event set off
 */
public record Ancestry(int calls, int spawns) {
    /** Nobody's child. */
    public static final Ancestry NONE = new Ancestry(0, 0);
}
