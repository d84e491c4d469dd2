package dev.mayfly.benchmarks.parts;

import dev.mayfly.benchmarks.inprocess.EngineOnlyCall;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A call on a slot and a table that are held: request in, begin to done, response out. */
@State(Scope.Thread)
public class BeginBenchmark {
    private static final int BODY_BYTES = 64;

    private EngineOnlyCall call;

    /** For JMH. */
    @SuppressWarnings("NullAway.Init") // JMH sets a state up before it is used
    public BeginBenchmark() {}

    @Setup(Level.Trial)
    public void take(HostState state) {
        call = new EngineOnlyCall(state.host(), "echo", BODY_BYTES);
    }

    @Benchmark
    public void beginDone() {
        call.call();
    }

    @TearDown(Level.Trial)
    public void giveBack() {
        call.close();
    }
}
