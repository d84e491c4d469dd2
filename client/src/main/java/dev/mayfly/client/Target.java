package dev.mayfly.client;

/**
 * A version's share of an alias' calls.
 *
 * @param version its number
 * @param weight 1 to 10,000; a share of the sum of all
 */
public record Target(int version, int weight) {
    /** A version with as many calls as any other target that doesn't say. */
    public static Target of(int version) {
        return new Target(version, 100);
    }
}
