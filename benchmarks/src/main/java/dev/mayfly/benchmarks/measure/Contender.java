package dev.mayfly.benchmarks.measure;

import java.util.concurrent.ThreadFactory;

/** Something that workloads run on, in a process of its own. */
public interface Contender extends AutoCloseable {
    /**
     * A workload for the calling thread.
     *
     * @throws IllegalArgumentException when there is none of that name
     */
    Workload workload(String name) throws Exception;

    /** What a workload is called on: platform threads, if not said otherwise. */
    default ThreadFactory threads(String name) {
        return Thread.ofPlatform().factory();
    }

    /** @throws IllegalStateException when calls have not given back what they took */
    @Override
    void close();
}
