package dev.mayfly.host.invoke;

import dev.mayfly.host.catalog.Alias;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;

/** An alias with the routes it leads to. Immutable; choosing allocates nothing. */
public final class RoutedAlias {
    private final Alias alias;
    private final Route[] routes;

    /** Where each route's share ends: 95 and 100 for 95 % and 5 %. */
    private final int[] ends;

    RoutedAlias(Alias alias, Map<Integer, Route> versions) {
        this.alias = alias;
        List<Alias.Target> targets = alias.targets();
        this.routes = new Route[targets.size()];
        this.ends = new int[targets.size()];
        int end = 0;
        for (int i = 0; i < routes.length; i++) {
            end += targets.get(i).weight();
            ends[i] = end;
            routes[i] = Objects.requireNonNull(versions.get(targets.get(i).version()));
        }
    }

    public Alias alias() {
        return alias;
    }

    /** Whether all calls go one way, so that nothing has to be chosen. */
    public boolean isSingle() {
        return routes.length == 1;
    }

    /** The route that stays when a canary goes. */
    public Route stable() {
        return routes[0];
    }

    /** One of the routes by chance, as often as its weight says. */
    public Route draw() {
        return routes.length == 1 ? routes[0] : at(ThreadLocalRandom.current().nextInt(ends[ends.length - 1]));
    }

    /**
     * Always the same route for the same text, and for each route as many texts as its weight says. A canary that grows keeps those it has: its share
     * is at the end, and grows toward the front.
     */
    public Route of(String text) {
        // String.hashCode is the same in every JVM, but neighbouring texts have neighbouring hashes: mixed as by
        // MurmurHash3's finalizer.
        int hash = text.hashCode();
        hash = (hash ^ (hash >>> 16)) * 0x85ebca6b;
        hash = (hash ^ (hash >>> 13)) * 0xc2b2ae35;
        hash ^= hash >>> 16;
        return at((int) (((hash & 0xffff_ffffL) * ends[ends.length - 1]) >>> 32));
    }

    private Route at(int point) {
        int i = 0;
        while (point >= ends[i]) {
            i++;
        }
        return routes[i];
    }
}
