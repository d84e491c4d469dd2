package dev.mayfly.benchmarks.parts;

import dev.mayfly.engine.FrameLayout;
import dev.mayfly.engine.Operation;
import dev.mayfly.memorypool.InvocationLimits;
import dev.mayfly.memorypool.InvocationSlot;
import dev.mayfly.memorypool.SlotPool;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Taking a slot, making it ready and giving it back; bodies into a slot and out of it. */
public class SlotBenchmark {
    /** For JMH. */
    public SlotBenchmark() {}

    /** A pool that all threads take from. */
    @State(Scope.Thread)
    public static class Taking {
        private SlotPool slots;
        private InvocationLimits limits;

        /** For JMH. */
        @SuppressWarnings("NullAway.Init") // JMH sets a state up before it is used
        public Taking() {}

        @Setup(Level.Trial)
        public void find(HostState state) {
            slots = state.host().invoker().slots();
            limits = InvocationLimits.defaults();
        }

        InvocationSlot take() {
            InvocationSlot slot = slots.tryAcquire();
            if (slot == null) {
                throw new IllegalStateException("no slot is left");
            }
            return slot;
        }
    }

    /** A slot with a body in it. */
    @State(Scope.Thread)
    public static class Copying {
        /** Within the slot's own slab, and past it. */
        @Param({"4096", "65536"})
        public int bytes;

        private InvocationSlot slot;
        private InvocationLimits limits;
        private byte[] heap;

        /** For JMH. */
        @SuppressWarnings("NullAway.Init") // JMH sets a state up before it is used
        public Copying() {}

        @Setup(Level.Trial)
        public void take(HostState state, Taking taking) {
            slot = taking.take();
            limits = InvocationLimits.defaults();
            heap = new byte[bytes];
            copyIn();
        }

        void copyIn() {
            slot.prepare(limits);
            if (slot.appendRequestBody(heap, 0, heap.length) != Operation.OK) {
                throw new IllegalStateException("no slab is left");
            }
        }

        @TearDown(Level.Trial)
        public void giveBack() {
            slot.release();
        }
    }

    @Benchmark
    public InvocationSlot slotTakeRelease(Taking taking) {
        InvocationSlot slot = taking.take();
        slot.prepare(taking.limits);
        slot.release();
        return slot;
    }

    @Benchmark
    public int bufferCopyIn(Copying copying) {
        copying.copyIn();
        return copying.bytes;
    }

    @Benchmark
    public byte[] bufferCopyOut(Copying copying) {
        copying.slot.copyBuffer(FrameLayout.REQUEST_BODY, copying.heap, 0);
        return copying.heap;
    }
}
