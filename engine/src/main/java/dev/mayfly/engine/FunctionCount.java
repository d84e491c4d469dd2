package dev.mayfly.engine;

/**
 * What a compilation did with its functions, trampolines included.
 *
 * @param reused came out of a {@link CodePack}
 * @param compiled were not in there
 */
public record FunctionCount(long reused, long compiled) {
    /** Of a compilation without a {@link CodePack}, or none. */
    public static final FunctionCount NONE = new FunctionCount(0, 0);

    public FunctionCount plus(FunctionCount other) {
        return new FunctionCount(reused + other.reused, compiled + other.compiled);
    }
}
