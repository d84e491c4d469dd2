package dev.mayfly.memorypool;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.management.ThreadMXBean;
import dev.mayfly.engine.FrameLayout;
import dev.mayfly.engine.Operation;
import dev.mayfly.memorypool.testing.NothingLeaked;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a call costs the garbage collector in this module: nothing. */
class AllocationTest {
    private static final int WARM_UP = 60_000;
    private static final int MEASURED = 20_000;
    /** A function goes through the compiler's stages at its own pace: so many times the measuring may begin anew. */
    private static final int ATTEMPTS = 5;

    private final SlabPool slabs = new SlabPool(8 << 20);
    private final SlotPool slots = new SlotPool(SlotConfig.defaults(), slabs);
    private final Admission admission = new Admission(10);
    private final InvocationLimits limits = InvocationLimits.defaults();
    private final byte[] body = new byte[20_000];
    private final byte[] out = new byte[20_000];

    @RegisterExtension
    final NothingLeaked nothingLeaked = new NothingLeaked().watch(slots).watch(slabs);

    @Test
    void aCallAllocatesNothing() throws IOException {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long allocated = -1;
        for (int attempt = 0; attempt < ATTEMPTS && allocated != 0; attempt++) {
            calls(WARM_UP);
            long before = threads.getCurrentThreadAllocatedBytes();
            calls(MEASURED);
            allocated = threads.getCurrentThreadAllocatedBytes() - before;
        }
        assertEquals(0, allocated, "bytes allocated by " + MEASURED + " calls");
    }

    private void calls(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            call();
        }
    }

    /** All that this module does for one call: a body that needs a slab of the pool, a function that asks for two more. */
    private void call() throws IOException {
        if (!admission.tryEnter()) {
            throw new IllegalStateException("nobody else is here");
        }
        InvocationSlot slot = Objects.requireNonNull(slots.tryAcquire());
        slot.prepare(limits);
        RequestHeadWriter head = slot.requestHead();
        head.start("POST", "/orders/7", "x=ü", "01JD5C3Z8XH6Q0V9K2M4N7P1RS", 128);
        head.header("Content-Type", "text/plain");
        head.header("x-note", "Grüße \ud83e\udd8b");
        require(head.finish() == RequestHeadWriter.OK);
        require(slot.appendRequestBody(body, 0, body.length) == Operation.OK);
        require(slot.grow(100) == Operation.OK);
        require(slot.grow(100_000) == Operation.OK);
        slot.answer().text("value").i64(7);
        slot.finishAnswer();
        slot.copyBuffer(FrameLayout.REQUEST_BODY, out, 0);
        slot.responseHead().start();
        require(!slot.responseHead().next());
        require(slot.frame().memory().get(JAVA_INT, FrameLayout.REQUEST_HEAD_BYTES) > 0);
        slot.release();
        admission.leave();
    }

    private static void require(boolean holds) {
        if (!holds) {
            throw new IllegalStateException("the call went wrong");
        }
    }
}
