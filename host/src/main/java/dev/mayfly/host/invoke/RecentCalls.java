package dev.mayfly.host.invoke;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The last receipts of a function, and the slowest of the last minutes: a busy function's slow calls are gone from the last ones before anybody looks.
 *
 * <p>Bounded: 160 receipts of some 200 bytes. Threads: any. Adding waits for nobody, unless the call is one of the slowest.
 */
public final class RecentCalls {
    static final int RECENT_COUNT = 64;
    /** A power of two, with room for blocks that other cores have not filled yet. */
    private static final int KEPT_COUNT = 128;

    private static final int BLOCK_LENGTH = 16;

    static final int SLOWEST_COUNT = 16;
    /** The slowest are those of the current and the last period. */
    static final Duration PERIOD = Duration.ofMinutes(5);

    private static final Comparator<Receipt> NEWEST_FIRST =
            (one, other) -> Long.compare(other.endedNs() - one.endedNs(), 0);
    private static final Comparator<Receipt> SLOWEST_FIRST =
            Comparator.comparingLong(Receipt::wallNs).reversed();

    private final AtomicReferenceArray<@Nullable Receipt> recent = new AtomicReferenceArray<>(KEPT_COUNT);
    private final StripedSequence positions = new StripedSequence(BLOCK_LENGTH);

    /** A quicker call is none of the slowest. Written under this object's lock. */
    private volatile long slowNs;

    /** When the period ends. Written under this object's lock. */
    private volatile long periodEndNs;

    private Receipt[] slowest = {};
    private Receipt[] slowestBefore = {};

    /** No calls yet; the first period begins at {@code nowNs}. */
    RecentCalls(long nowNs) {
        periodEndNs = nowNs + PERIOD.toNanos();
    }

    void add(Receipt receipt) {
        recent.setRelease((int) positions.next() & (KEPT_COUNT - 1), receipt);
        if (receipt.wallNs() >= slowNs || receipt.endedNs() - periodEndNs >= 0) {
            addSlow(receipt);
        }
    }

    private synchronized void addSlow(Receipt receipt) {
        long overNs = receipt.endedNs() - periodEndNs;
        if (overNs >= 0) {
            slowestBefore = overNs < PERIOD.toNanos() ? slowest : new Receipt[0];
            slowest = new Receipt[0];
            slowNs = 0;
            periodEndNs = receipt.endedNs() + PERIOD.toNanos();
        }
        if (slowest.length < SLOWEST_COUNT) {
            slowest = Arrays.copyOf(slowest, slowest.length + 1);
        } else if (receipt.wallNs() <= slowest[SLOWEST_COUNT - 1].wallNs()) {
            return;
        }
        slowest[slowest.length - 1] = receipt;
        Arrays.sort(slowest, SLOWEST_FIRST);
        if (slowest.length == SLOWEST_COUNT) {
            slowNs = slowest[SLOWEST_COUNT - 1].wallNs() + 1;
        }
    }

    /** The last ones, the newest first. */
    public List<Receipt> newest() {
        return IntStream.range(0, KEPT_COUNT)
                .mapToObj(recent::getAcquire)
                .filter(Objects::nonNull)
                .sorted(NEWEST_FIRST)
                .limit(RECENT_COUNT)
                .toList();
    }

    /** The slowest of this period and the one before. */
    public List<Receipt> slowest() {
        List<Receipt> receipts = new ArrayList<>();
        long nowNs = System.nanoTime();
        synchronized (this) {
            receipts.addAll(Arrays.asList(slowest));
            receipts.addAll(Arrays.asList(slowestBefore));
        }
        receipts.removeIf(receipt -> nowNs - receipt.endedNs() > 2 * PERIOD.toNanos());
        receipts.sort(SLOWEST_FIRST);
        return receipts.size() <= SLOWEST_COUNT ? receipts : List.copyOf(receipts.subList(0, SLOWEST_COUNT));
    }
}
