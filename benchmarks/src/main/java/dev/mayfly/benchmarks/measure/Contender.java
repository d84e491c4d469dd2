package dev.mayfly.benchmarks.measure;

/** Something that workloads run on, in a process of its own. */
public interface Contender extends AutoCloseable {
    /**
     * A workload for the calling thread.
     *
     * @throws IllegalArgumentException when there is none of that name
     */
    Workload workload(String name) throws Exception;

    /** @throws IllegalStateException when calls have not given back what they took */
    @Override
    void close();
}
