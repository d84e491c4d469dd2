package dev.mayfly.host.invoke;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The last receipts of a function, and the slowest of the last minutes: a busy function's slow calls are gone from the last ones before anybody looks.
 *
 * <p>Of a function that is called more often than {@link #RECENT_COUNT} times in {@link #INTERVAL} only that many are among the last ones: they would
 * be replaced before anybody reads them, and keeping each would have all cores write to the same memory in every call.
 *
 * <p>Bounded: 96 receipts of some 200 bytes. Threads: any. A call that isn't kept waits for nobody.
 */
public final class RecentCalls {
    static final int RECENT_COUNT = 64;
    static final Duration INTERVAL = Duration.ofMillis(100);

    static final int SLOWEST_COUNT = 16;
    /** The slowest are those of the current and the last period. */
    static final Duration PERIOD = Duration.ofMinutes(5);

    private static final Comparator<Receipt> NEWEST_FIRST =
            (one, other) -> Long.compare(other.endedNs() - one.endedNs(), 0);
    private static final Comparator<Receipt> SLOWEST_FIRST =
            Comparator.comparingLong(Receipt::wallNs).reversed();

    /** The last ones, in a ring; null where there was none yet. */
    private final @Nullable Receipt[] recent = new Receipt[RECENT_COUNT];

    private int next;
    private long intervalEndNs;
    private int keptInInterval;

    /** Calls that end earlier are not kept: the interval has had enough. Written under this object's lock. */
    private volatile long keepFromNs;

    /** A quicker call is none of the slowest. Written under this object's lock. */
    private volatile long slowNs;

    /** When the period ends. Written under this object's lock. */
    private volatile long periodEndNs;

    private Receipt[] slowest = {};
    private Receipt[] slowestBefore = {};

    /** No calls yet; the first period begins at {@code nowNs}. */
    RecentCalls(long nowNs) {
        periodEndNs = nowNs + PERIOD.toNanos();
        intervalEndNs = nowNs + INTERVAL.toNanos();
        keepFromNs = nowNs;
    }

    /** See {@link Route#touch}. */
    long touch() {
        return keepFromNs + recent.length;
    }

    void add(Receipt receipt) {
        if (receipt.endedNs() - keepFromNs >= 0) {
            addRecent(receipt);
        }
        if (receipt.wallNs() >= slowNs || receipt.endedNs() - periodEndNs >= 0) {
            addSlow(receipt);
        }
    }

    private synchronized void addRecent(Receipt receipt) {
        if (receipt.endedNs() - intervalEndNs >= 0) {
            intervalEndNs = receipt.endedNs() + INTERVAL.toNanos();
            keptInInterval = 0;
        }
        if (++keptInInterval == RECENT_COUNT) {
            keepFromNs = intervalEndNs;
        }
        recent[next] = receipt;
        next = (next + 1) % RECENT_COUNT;
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
    public synchronized List<Receipt> newest() {
        return Arrays.stream(recent)
                .filter(Objects::nonNull)
                .sorted(NEWEST_FIRST)
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
