package dev.mayfly.memorypool;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.engine.MayflyException;
import org.junit.jupiter.api.Test;

class InvocationLimitsTest {
    @Test
    void limitsOutOfRangeAreNamed() {
        InvocationLimits limits = InvocationLimits.defaults();
        assertNamed("buffer-count-max=65", () -> limits.withBufferCountMax(65));
        assertNamed("buffer-count-max=0", () -> limits.withBufferCountMax(0));
        assertNamed("request-body-bytes-max=-1", () -> limits.withRequestBodyBytesMax(-1));
        assertNamed("buffer-bytes-max=-1", () -> limits.withBufferBytesMax(-1));
        assertNamed("slot-count-max=0", () -> SlotConfig.defaults().withSlotCountMax(0));
        assertNamed("request-head-bytes-max=1", () -> SlotConfig.defaults().withRequestHeadBytesMax(1));
    }

    private static void assertNamed(String setting, Runnable set) {
        String message = assertThrows(MayflyException.Invalid.class, set::run).safeMessage();
        assertTrue(message.contains(setting), message);
    }
}
