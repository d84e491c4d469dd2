package dev.mayfly.benchmarks.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class TargetTest {
    @Test
    void theBoundItselfIsMet() {
        assertTrue(Target.atMost("ratio", 1.10, 1.10).isMet());
        assertFalse(Target.atMost("ratio", 1.11, 1.10).isMet());
        assertTrue(Target.atLeast("times", 25, 25).isMet());
        assertFalse(Target.atLeast("times", 24.9, 25).isMet());
    }

    @Test
    void saysWhatItIsAndWhatItShouldBe() {
        assertEquals(
                "missed  ratio: 1.23 (at most 1.10)",
                Target.atMost("ratio", 1.234, 1.10).toString());
    }
}
