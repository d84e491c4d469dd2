package dev.mayfly.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

final class EngineConfigTest {
    @Test
    void everySlotStaysWarmHoweverManyThereAre() {
        for (int count : new int[] {1, 1_024, 10_240}) {
            assertEquals(
                    count, EngineConfig.defaults().withInstanceCountMax(count).warmSlotCountMax());
        }
    }
}
