package dev.mayfly.benchmarks.parts;

import dev.mayfly.linkercache.FunctionTable;
import dev.mayfly.linkercache.TableHandle;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Taking a reference to a function table and giving it back, on the table that all threads use. */
@State(Scope.Thread)
public class TableBenchmark {
    /** The first call of a thread may find another one loading the function. */
    private static final long LOADING_NS_MAX = 10_000_000_000L;

    private TableHandle handle;
    /** The time of a call is read anyway, so reading it is not measured here. */
    private long nowNs;

    /** For JMH. */
    @SuppressWarnings("NullAway.Init") // JMH sets a state up before it is used
    public TableBenchmark() {}

    @Setup(Level.Iteration)
    public void find(HostState state) {
        handle = state.host().table("echo");
        nowNs = System.nanoTime();
    }

    @Benchmark
    public FunctionTable tableAcquireRelease() {
        FunctionTable table = handle.acquire(LOADING_NS_MAX);
        if (table == null) {
            throw new IllegalStateException("the function is gone");
        }
        table.release(nowNs);
        return table;
    }
}
