package dev.mayfly.host.deploy;

import dev.mayfly.engine.MayflyException;
import dev.mayfly.host.catalog.Catalog.VersionId;
import dev.mayfly.host.invoke.Route;
import dev.mayfly.host.invoke.RoutedFunction;
import dev.mayfly.host.invoke.Routes;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Removes versions that nobody needs: no alias points to them, and nobody deployed or invoked them for long. So that a restart forgets no invocation,
 * it notes them in the catalog, many at once.
 *
 * <p>Threads: one.
 */
final class Reaper {
    /** In one commit: some 10 ms. */
    private static final int NOTED_AT_ONCE_MAX = 1_000;

    private static final int REAPED_AT_ONCE_MAX = 100;
    private static final System.Logger LOG = System.getLogger(Reaper.class.getName());

    private final Releases releases;
    private final Routes routes;
    private final Duration idleMax;

    /** What was noted last of a route, by {@link Route#invokedNs}. */
    private final Map<Route, Long> noted = new HashMap<>();

    Reaper(Releases releases, Routes routes, Duration idleMax) {
        this.releases = releases;
        this.routes = routes;
        this.idleMax = idleMax;
    }

    /** Notes what was invoked since the last time. */
    void note() {
        Map<VersionId, Instant> batch = new HashMap<>();
        for (RoutedFunction function : routes.all()) {
            for (Route route : function.versions().values()) {
                long invokedNs = route.invokedNs();
                Instant invokedAt = releases.invokedAt(route);
                Long before = invokedAt == null ? null : noted.put(route, invokedNs);
                if (invokedAt != null && (before == null || before != invokedNs)) {
                    batch.put(new VersionId(function.name(), route.version().number()), invokedAt);
                    if (batch.size() == NOTED_AT_ONCE_MAX) {
                        releases.invoked(batch);
                        batch.clear();
                    }
                }
            }
        }
        if (!batch.isEmpty()) {
            releases.invoked(batch);
        }
    }

    /** Removes what has been idle for too long. */
    void reap() {
        note();
        Instant before = releases.now().minus(idleMax);
        List<VersionId> idle;
        do {
            idle = releases.idleSince(before, REAPED_AT_ONCE_MAX);
            for (VersionId version : idle) {
                if (!remove(version)) {
                    return;
                }
            }
        } while (!idle.isEmpty());
        noted.keySet().removeIf(route -> isGone(route));
    }

    /** Returns false when the next round may try again. */
    private boolean remove(VersionId version) {
        try {
            releases.removeVersion(version.function(), version.number());
            LOG.log(
                    System.Logger.Level.INFO,
                    "removed version " + version.number() + " of " + version.function()
                            + ": no alias points to it and nobody invoked it for version-idle-max="
                            + idleMax.toHours() + " h");
            return true;
        } catch (MayflyException.Conflict | MayflyException.NotFound e) {
            // An alias was pointed to it just now, or somebody was faster.
            return false;
        }
    }

    private boolean isGone(Route route) {
        RoutedFunction function = routes.function(route.name());
        return function == null || function.versions().get(route.version().number()) != route;
    }
}
