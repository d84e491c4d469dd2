package dev.mayfly.benchmarks.measure;

import java.util.Arrays;

/** The figure in the middle, which rounds that met something else on the machine don't move. */
public final class Median {
    private Median() {}

    /** Of an even number of figures the larger one of both. They are sorted by this. */
    public static double of(double[] figures) {
        Arrays.sort(figures);
        return figures[figures.length / 2];
    }
}
