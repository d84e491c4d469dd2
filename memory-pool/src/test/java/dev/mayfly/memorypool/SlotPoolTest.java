package dev.mayfly.memorypool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.engine.FrameLayout;
import dev.mayfly.memorypool.testing.NothingLeaked;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class SlotPoolTest {
    private final SlabPool slabs = new SlabPool(8 << 20);
    private final SlotPool slots = new SlotPool(SlotConfig.defaults().withSlotCountMax(3), slabs);

    @RegisterExtension
    final NothingLeaked nothingLeaked = new NothingLeaked().watch(slots).watch(slabs);

    @Test
    void failsFastWhenAllSlotsAreTakenAndGoesOnWhenOneIsBack() {
        InvocationSlot first = take();
        InvocationSlot second = take();
        InvocationSlot third = take();
        assertNull(slots.tryAcquire());
        assertEquals(3, slots.inUse());
        assertEquals(1, slots.exhausted());

        second.release();
        assertSame(second, slots.tryAcquire());
        assertNull(slots.tryAcquire());
        first.release();
        second.release();
        third.release();
    }

    @Test
    void usesTheLastSlotAgainRatherThanMakingOne() {
        InvocationSlot first = take();
        InvocationSlot second = take();
        assertNotSame(first, second);
        first.release();
        second.release();
        for (int i = 0; i < 10; i++) {
            InvocationSlot again = take();
            assertSame(second, again);
            again.release();
        }
        assertEquals(2, slots.created());
        assertEquals(2 * InvocationSlot.bytes(slots.config()), slots.bytes());
    }

    @Test
    void doesNotCloseWhileASlotIsTaken() {
        InvocationSlot slot = take();
        assertThrows(IllegalStateException.class, slots::close);
        slot.prepare(InvocationLimits.defaults());
        slot.release();
        slots.close();
        slots.close();
    }

    @Test
    void neverGivesASlotToTwoThreads() throws Exception {
        Hammer.virtualThreads(8, (thread, round) -> {
            InvocationSlot slot = slots.tryAcquire();
            if (slot != null) {
                byte[] mine = {(byte) thread, (byte) round, (byte) (round >> 8)};
                slot.prepare(InvocationLimits.defaults());
                for (int i = 0; i < 8000; i += 3) {
                    slot.appendRequestBody(mine, 0, 3);
                }
                byte[] read = new byte[8001];
                slot.copyBuffer(FrameLayout.REQUEST_BODY, read, 0);
                for (int i = 0; i < read.length; i++) {
                    assertEquals(mine[i % 3], read[i], "another thread wrote to this slot");
                }
                slot.release();
            }
        });
        assertEquals(0, slots.inUse());
        assertTrue(slots.created() <= 3);
    }

    private InvocationSlot take() {
        return Objects.requireNonNull(slots.tryAcquire());
    }
}
