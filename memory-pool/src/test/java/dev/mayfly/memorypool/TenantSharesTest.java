package dev.mayfly.memorypool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.engine.MayflyException;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class TenantSharesTest {
    private static final int PLACES = 80;

    private final TenantShares shares = new TenantShares(PLACES, Map.of("heavy", 3));
    private int placesInUse;

    private boolean enter(String tenant) {
        if (placesInUse == PLACES || !shares.tryEnter(shares.of(tenant), () -> placesInUse)) {
            return false;
        }
        placesInUse++;
        return true;
    }

    private void leave(String tenant) {
        shares.of(tenant).leave();
        placesInUse--;
    }

    private int enterAsOftenAsItMay(String tenant) {
        int entered = 0;
        while (enter(tenant)) {
            entered++;
        }
        return entered;
    }

    @Test
    void aTenantByItselfIsRefusedByTheHostOnly() {
        assertEquals(PLACES, enterAsOftenAsItMay("only"));
        assertTrue(shares.tryEnter(shares.of("only"), () -> PLACES), "whether there is a place is not asked here");
    }

    @Test
    void aNoisyTenantLeavesTheLastEighthToOthers() {
        shares.of("quiet");
        assertEquals(PLACES - PLACES / 8, enterAsOftenAsItMay("noisy"));
        assertTrue(shares.of("noisy").refused() > 0);
        for (int i = 0; i < PLACES / 8; i++) {
            assertTrue(enter("quiet"));
        }
    }

    @Test
    void asANoisyTenantsCallsEndAQuietOneGrowsToItsShare() {
        shares.of("quiet");
        enterAsOftenAsItMay("noisy");
        enterAsOftenAsItMay("quiet");
        while (shares.of("noisy").inUse() > PLACES / 2) {
            leave("noisy");
            assertFalse(enter("noisy"), "it is over its share");
            assertTrue(enter("quiet"));
        }
        assertEquals(PLACES / 2, shares.of("quiet").inUse());
        assertFalse(enter("quiet"), "now it has its share too");
    }

    @Test
    void sharesGoByWeight() {
        shares.of("light");
        assertTrue(enter("light"));
        int heavy = enterAsOftenAsItMay("heavy");
        assertEquals(PLACES - PLACES / 8 - 1, heavy);
        for (int i = 0; i < PLACES / 8; i++) {
            assertTrue(enter("light"));
        }
        // 3 of 4 parts are the heavy one's: 60.
        while (shares.of("heavy").inUse() > 60) {
            leave("heavy");
            assertTrue(enter("light"));
        }
        assertEquals(20, shares.of("light").inUse());
        leave("heavy");
        assertFalse(enter("light"));
        assertTrue(enter("heavy"));
    }

    @Test
    void aTenantHasOneShareAndItsWeightIsAtLeastOne() {
        assertSame(shares.of("a"), shares.of("a"));
        assertThrows(MayflyException.Invalid.class, () -> new TenantShares(1, Map.of("a", 0)));
    }

    @Test
    void aQuietTenantIsNeverRefusedWhileANoisyOneTriesAllItCan() throws Exception {
        AtomicInteger inUse = new AtomicInteger();
        TenantShares hammered = new TenantShares(16, Map.of());
        TenantShares.Share noisy = hammered.of("noisy");
        TenantShares.Share quiet = hammered.of("quiet");
        Hammer.virtualThreads(64, (thread, round) -> {
            // Two at once is a quiet tenant; all others are the noisy one.
            TenantShares.Share share = thread < 2 ? quiet : noisy;
            if (hammered.tryEnter(share, inUse::get)) {
                inUse.incrementAndGet();
                LockSupport.parkNanos(1);
                inUse.decrementAndGet();
                share.leave();
            } else {
                assertSame(noisy, share, "a tenant far below its share was refused");
            }
        });
        assertEquals(0, noisy.inUse());
        assertEquals(0, quiet.inUse());
        assertEquals(0, quiet.refused());
    }
}
