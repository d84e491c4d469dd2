package dev.mayfly.host.access;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Counts keys that were not valid, by where they came from, so that who tries many is slowed down.
 *
 * <p>A key that is valid is taken all the same: many clients share an address, and one must not lock out the others.
 *
 * <p>Threads: any. Only failures come here, so one lock is enough.
 */
public final class FailedKeys {
    /** In {@link #WINDOW} from one address. */
    public static final int FAILURE_COUNT_MAX = 20;

    public static final Duration WINDOW = Duration.ofMinutes(1);

    /** Addresses remembered; the one that was silent the longest is forgotten first. */
    static final int ADDRESS_COUNT_MAX = 10_000;

    private final Map<String, Count> counts = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Count> eldest) {
            return size() > ADDRESS_COUNT_MAX;
        }
    };

    private static final class Count {
        private final long startNs;
        private int failures;

        Count(long startNs) {
            this.startNs = startNs;
        }
    }

    /** Nobody has failed. */
    public FailedKeys() {}

    /**
     * Counts a failure.
     *
     * @param address the client's IP address
     * @return how long the client should wait, zero while it may go on
     */
    public Duration add(String address) {
        return add(network(address), System.nanoTime());
    }

    synchronized Duration add(String network, long nowNs) {
        Count count = counts.get(network);
        if (count == null || nowNs - count.startNs >= WINDOW.toNanos()) {
            count = new Count(nowNs);
            counts.put(network, count);
        }
        count.failures = Math.min(count.failures + 1, FAILURE_COUNT_MAX + 1);
        return count.failures <= FAILURE_COUNT_MAX ? Duration.ZERO : WINDOW.minusNanos(nowNs - count.startNs);
    }

    synchronized int addressCount() {
        return counts.size();
    }

    /** Of IPv6 the first 64 bits: who has one address has all of these. */
    static String network(String address) {
        int colons = 0;
        for (int i = 0; i < address.length(); i++) {
            if (address.charAt(i) == ':' && ++colons == 4) {
                return address.substring(0, i);
            }
        }
        return address;
    }
}
