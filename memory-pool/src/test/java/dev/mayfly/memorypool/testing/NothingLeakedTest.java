package dev.mayfly.memorypool.testing;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class NothingLeakedTest {
    @Test
    void namesEverythingThatIsStillTaken() {
        NothingLeaked nothingLeaked = new NothingLeaked()
                .watch("slots", () -> 2)
                .watch("slabs", () -> 0)
                .watch("tables", () -> 7)
                .within(Duration.ofMillis(20));
        AssertionError error = assertThrows(AssertionError.class, nothingLeaked::check);
        assertEquals("leaked: slots=2, tables=7", error.getMessage());
    }

    @Test
    void waitsForWhatIsGivenBackAMomentLater() {
        AtomicLong taken = new AtomicLong(20);
        assertDoesNotThrow(
                new NothingLeaked().watch("slots", () -> taken.get() == 0 ? 0 : taken.decrementAndGet())::check);
    }
}
