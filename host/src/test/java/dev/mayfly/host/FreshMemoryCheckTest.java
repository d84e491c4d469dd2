package dev.mayfly.host;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.engine.MayflyException;
import dev.mayfly.memorypool.FreshMemoryCanary;
import org.junit.jupiter.api.Test;

class FreshMemoryCheckTest {
    @Test
    void aHostWhoseCanaryFindsForeignBytesDoesNotStart() {
        var refused = assertThrows(
                MayflyException.NotInstalled.class,
                () -> FreshMemoryCheck.require(new FreshMemoryCanary.Result(3, "byte 70000 of the memory")));
        assertTrue(String.valueOf(refused.getMessage()).contains("byte 70000 of the memory"));
    }

    @Test
    void aHostWhoseCanaryFindsNothingStarts() {
        FreshMemoryCheck.require(new FreshMemoryCanary.Result(FreshMemoryCanary.ROUNDS, ""));
    }
}
