package dev.mayfly.benchmarks.measure;

/** What is measured: one call of it. Made for one thread, which alone uses it and closes it. */
@FunctionalInterface
public interface Workload extends AutoCloseable {
    /** Makes the call, and checks that it did what it should: a benchmark of failures is none. */
    void call() throws Exception;

    /** Gives back what it holds between its calls. */
    @Override
    default void close() {}
}
