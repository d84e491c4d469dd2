package dev.mayfly.host.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class FailedKeysTest {
    private final FailedKeys failed = new FailedKeys();

    @Test
    void whoFailsTooOftenWaitsUntilTheWindowEnds() {
        for (int i = 0; i < FailedKeys.FAILURE_COUNT_MAX; i++) {
            assertEquals(Duration.ZERO, failed.add("a", 0));
        }
        assertEquals(FailedKeys.WINDOW.minusNanos(10), failed.add("a", 10));
        assertEquals(Duration.ZERO, failed.add("b", 10), "others don't wait");
        assertEquals(Duration.ZERO, failed.add("a", FailedKeys.WINDOW.toNanos()), "a new window");
    }

    @Test
    void itRemembersABoundedNumberOfAddresses() {
        for (int i = 0; i < FailedKeys.ADDRESS_COUNT_MAX + 100; i++) {
            failed.add("10." + (i >> 8) + "." + (i & 255), i);
        }
        assertEquals(FailedKeys.ADDRESS_COUNT_MAX, failed.addressCount());
    }

    @Test
    void allAddressesOfAnIpv6NetworkCountAsOne() {
        assertEquals("2001:db8:1:2", FailedKeys.network("2001:db8:1:2:3:4:5:6"));
        assertEquals("192.0.2.1", FailedKeys.network("192.0.2.1"));
        assertTrue(failed.add("2001:db8:1:2:3:4:5:6").isZero());
        failed.add("2001:db8:1:2:7:7:7:7");
        assertEquals(1, failed.addressCount());
    }
}
