package dev.mayfly.memorypool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.engine.MayflyException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class AdmissionTest {
    @Test
    void letsInAsManyAsThereIsRoomForAndSendsTheRestAway() {
        Admission admission = new Admission(2);
        assertTrue(admission.tryEnter());
        assertTrue(admission.tryEnter());
        assertFalse(admission.tryEnter());
        assertEquals(2, admission.inUse());
        assertEquals(1, admission.refused());

        admission.leave();
        assertTrue(admission.tryEnter());
        assertEquals(2, admission.inUse());
    }

    @Test
    void noticesALeaveTooMany() {
        Admission admission = new Admission(1);
        assertTrue(admission.tryEnter());
        admission.leave();
        assertThrows(IllegalStateException.class, admission::leave);
        assertEquals(0, admission.inUse());
    }

    @Test
    void refusesABoundThatLetsNobodyIn() {
        assertThrows(MayflyException.Invalid.class, () -> new Admission(0));
    }

    @Test
    void neverLetsInMoreThanThereIsRoomForAndNeverFewer() throws Exception {
        int threads = 8;
        int max = 3;
        Admission admission = new Admission(max);
        AtomicInteger inside = new AtomicInteger();
        AtomicLong refused = new AtomicLong();
        Hammer.virtualThreads(threads, (thread, round) -> {
            if (admission.tryEnter()) {
                assertTrue(inside.incrementAndGet() <= max, "more inside than there is room for");
                if ((round & 15) == 0) {
                    LockSupport.parkNanos(1);
                }
                inside.decrementAndGet();
                admission.leave();
            } else {
                refused.incrementAndGet();
            }
        });
        assertEquals(0, admission.inUse());
        assertEquals(refused.get(), admission.refused());
        for (int i = 0; i < max; i++) {
            assertTrue(admission.tryEnter());
        }
    }
}
