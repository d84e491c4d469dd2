package dev.mayfly.memorypool;

import dev.mayfly.engine.CacheLinePadding;
import dev.mayfly.engine.MayflyException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntSupplier;

/**
 * Divides a host's places among its tenants by weight, where they get scarce.
 *
 * <p>While there is room, everybody gets in. The last eighth of the places is for tenants that have less than their share: the host's places times the
 * tenant's weight, over the weights of all that have calls going; of one that is alone, all but that eighth. So one that is over its share is refused first, and as its calls end, the others
 * grow to theirs. A host with one tenant keeps nothing back
 * and refuses nobody here: that it is full is said where its places are.
 *
 * <p>Threads: any. The counts are not read at one instant: a tenant may pass its share by as many calls as come at once.
 */
public final class TenantShares {
    private static final int KEPT_BACK = 8;

    private final int placeCount;
    private final Map<String, Integer> weights;
    private final Map<String, Share> shares = new ConcurrentHashMap<>();

    /** One tenant's part. */
    public static final class Share extends CacheLinePadding {
        private final int weight;
        /** Not one number: every call of the tenant changes it, on whichever core. */
        private final AtomicLongArray inUse = Stripes.longs();

        private final LongAdder refused = new LongAdder();

        private Share(int weight) {
            this.weight = weight;
        }

        /** Calls that it has going. */
        public int inUse() {
            return (int) Stripes.sum(inUse);
        }

        /** Calls that were refused because it had its share. */
        public long refused() {
            return refused.sum();
        }

        private void count(int calls) {
            long _ = inUse.getAndAdd(Stripes.mine(), calls);
        }

        /** A call is over: once for each time that {@link #tryEnter} returned true. */
        public void leave() {
            count(-1);
        }
    }

    /**
     * Shares of a host.
     *
     * @param placeCount calls that the host may have at once
     * @param weights by tenant, at least 1 each; 1 where none is given
     */
    public TenantShares(int placeCount, Map<String, Integer> weights) {
        weights.forEach((tenant, weight) -> {
            if (weight < 1) {
                throw new MayflyException.Invalid("weight=" + weight + " of tenant " + tenant + " must be at least 1");
            }
        });
        this.placeCount = placeCount;
        this.weights = Map.copyOf(weights);
    }

    /** The share of a tenant, always the same object. */
    public Share of(String tenant) {
        return shares.computeIfAbsent(tenant, name -> new Share(weights.getOrDefault(name, 1)));
    }

    /** All shares by tenant. */
    public Map<String, Share> all() {
        return Map.copyOf(shares);
    }

    /**
     * Enters a call of a tenant, or returns false when places are scarce and the tenant has its share.
     *
     * @param placesInUse at the moment, of all tenants; asked where it matters
     */
    public boolean tryEnter(Share share, IntSupplier placesInUse) {
        share.count(1);
        if (shares.size() < 2) {
            return true;
        }
        int keptBack = Math.max(1, placeCount / KEPT_BACK);
        if (placesInUse.getAsInt() < placeCount - keptBack
                || share.inUse() <= Math.min(placeCount - keptBack, entitled(share))) {
            return true;
        }
        share.count(-1);
        share.refused.increment();
        return false;
    }

    /** At least one place. */
    private long entitled(Share share) {
        long weightInUse = 0;
        for (Share each : shares.values()) {
            if (each.inUse() > 0) {
                weightInUse += each.weight;
            }
        }
        return Math.max(1, (long) placeCount * share.weight / Math.max(share.weight, weightInUse));
    }
}
