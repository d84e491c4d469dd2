package dev.mayfly.host.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.engine.MayflyException;
import dev.mayfly.host.FunctionLimit;
import dev.mayfly.host.FunctionLimits;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class FunctionLimitsTest {
    @Test
    void limitsAreReadAsPeopleWriteThemAndWrittenOneWay() {
        FunctionLimits limits =
                FunctionLimits.parse(Map.of("memory-bytes", "32MiB", "cpu-time", "2s", "concurrency", "10"));
        assertEquals(32L << 20, limits.of(FunctionLimit.MEMORY_BYTES));
        assertEquals(2_000L, limits.of(FunctionLimit.CPU_TIME));
        assertEquals(10L, limits.of(FunctionLimit.CONCURRENCY));
        assertEquals(Map.of("memory-bytes", "33554432", "cpu-time", "2000ms", "concurrency", "10"), limits.texts());
        assertEquals(limits, FunctionLimits.parse(limits.texts()));
        assertEquals(
                limits,
                FunctionLimits.parseEntries(List.of("concurrency=10", "cpu-time=2000ms", "memory-bytes=32768KiB")));
    }

    @ParameterizedTest
    @EnumSource(FunctionLimit.class)
    void everyLimitComesBackAsItWasWritten(FunctionLimit limit) {
        FunctionLimits limits = new FunctionLimits(Map.of(limit, 123_456L));
        assertEquals(limits, FunctionLimits.parse(limits.texts()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "memory-bytes=64MB",
                "cpu-time=5",
                "concurrency=many",
                "concurrency=0",
                "memory-bytes=1KiB",
                "x=1",
                "=1",
                "x"
            })
    void whatIsNoLimitIsRefused(String entry) {
        assertThrows(MayflyException.Invalid.class, () -> FunctionLimits.parseEntries(List.of(entry)));
    }

    @Test
    void anUnknownLimitIsRefusedWithTheKnownOnes() {
        MayflyException.Invalid e =
                assertThrows(MayflyException.Invalid.class, () -> FunctionLimits.parse(Map.of("memory", "1MiB")));
        assertTrue(e.safeMessage().startsWith("limit memory is unknown; there are memory-bytes, "), e.safeMessage());
    }

    @Test
    void aLimitIsGivenOnce() {
        assertThrows(
                MayflyException.Invalid.class,
                () -> FunctionLimits.parseEntries(List.of("concurrency=1", "concurrency=2")));
    }
}
