package dev.mayfly.host.warmup;

import dev.mayfly.host.deploy.Releases;
import dev.mayfly.host.invoke.Route;
import dev.mayfly.host.invoke.RoutedFunction;
import dev.mayfly.host.invoke.Routes;
import dev.mayfly.linkercache.Digest;
import dev.mayfly.snapshots.SnapshotRecord;
import dev.mayfly.snapshots.Warmup;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** When a version's snapshot is to be built, and when it is to go. Not thread-safe. */
final class WarmupSchedule {
    /** A version that was invoked and then not for so long is idle. */
    private static final Duration IDLE_MIN = Duration.ofSeconds(2);

    /** Built again when so many tenths of its time are over, so that calls never wait for it. */
    private static final int AGE_TENTHS = 9;

    /** What failed for a reason that passes is tried again, later each time. */
    private static final Duration RETRY_MIN = Duration.ofMinutes(1);

    private static final Duration RETRY_MAX = Duration.ofHours(1);

    private final Releases releases;
    private final Routes routes;
    private final Duration inactiveMin;
    private final Map<Digest, Failure> failures = new HashMap<>();

    private record Failure(String message, Duration delay, Instant retryAt) {}

    /** What is to be done about a version. */
    enum Step {
        NOTHING,
        BUILD,
        /** Its snapshot can't be loaded: away with it. */
        REPLACE,
        /** Nobody has invoked it for long: away with its snapshot until somebody does. */
        DEACTIVATE
    }

    WarmupSchedule(Releases releases, Routes routes, Duration inactiveMin) {
        this.releases = releases;
        this.routes = routes;
        this.inactiveMin = inactiveMin;
    }

    /** A build came to nothing for a reason that may pass. */
    void failed(Digest version, String message) {
        Failure last = failures.get(version);
        Duration delay = last == null ? RETRY_MIN : last.delay().multipliedBy(2);
        delay = delay.compareTo(RETRY_MAX) > 0 ? RETRY_MAX : delay;
        failures.put(version, new Failure(message, delay, releases.now().plus(delay)));
    }

    void clear(Digest version) {
        failures.remove(version);
    }

    /** Why the last build came to nothing; empty = it didn't. */
    String failure(Digest version) {
        Failure failure = failures.get(version);
        return failure == null ? "" : failure.message();
    }

    /** @param record what the last build came to; null = none has ended */
    Step next(Route route, Warmup warmup, @Nullable SnapshotRecord record) {
        Instant now = releases.now();
        Failure failure = failures.get(route.version().digest());
        if (failure != null
                && Duration.between(now, failure.retryAt()).abs().compareTo(failure.delay()) < 0
                && now.isBefore(failure.retryAt())) {
            return Step.NOTHING;
        }
        if (record == null) {
            boolean due = !warmup.debug()
                    && switch (warmup.when()) {
                        case PUBLISH -> true;
                        case IDLE -> isIdle(route);
                        case COMMAND -> false;
                    };
            return due ? Step.BUILD : Step.NOTHING;
        }
        if (record.image() == null) {
            Instant invokedAt = releases.invokedAt(route);
            boolean awake = record.isInactive() && invokedAt != null && invokedAt.isAfter(record.at());
            return awake ? Step.BUILD : Step.NOTHING;
        }
        if (!route.isWarmed()) {
            return Step.REPLACE;
        }
        if (isInactive(route, record, now)) {
            return Step.DEACTIVATE;
        }
        return isOld(warmup, Duration.between(record.at(), now)) ? Step.BUILD : Step.NOTHING;
    }

    /** Whether a snapshot that was made elsewhere, or long ago, is worth more than a new one. */
    boolean isFresh(Warmup warmup, SnapshotRecord record) {
        Duration age = Duration.between(record.at(), releases.now());
        return age.compareTo(inactiveMin) < 0 && !isOld(warmup, age);
    }

    private static boolean isIdle(Route route) {
        long invokedNs = route.invokedNs();
        return invokedNs != 0 && System.nanoTime() - invokedNs >= IDLE_MIN.toNanos();
    }

    /** A clock that was set back must not make it last for ever. */
    private static boolean isOld(Warmup warmup, Duration age) {
        Duration max = warmup.maxAge();
        return max.isPositive()
                && (age.compareTo(max.multipliedBy(AGE_TENTHS).dividedBy(10)) >= 0 || age.compareTo(max.negated()) < 0);
    }

    private boolean isInactive(Route route, SnapshotRecord record, Instant now) {
        Instant since = now.minus(inactiveMin);
        if (record.at().isAfter(since)) {
            return false;
        }
        RoutedFunction function = routes.function(route.name());
        Map<Integer, Instant> invoked = function == null ? new TreeMap<>() : releases.lastInvoked(function);
        Instant last = invoked.get(route.version().number());
        return last == null || last.isBefore(since);
    }
}
