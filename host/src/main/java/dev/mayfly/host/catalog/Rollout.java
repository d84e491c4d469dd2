package dev.mayfly.host.catalog;

import dev.mayfly.engine.MayflyException;
import java.time.Duration;
import java.time.Instant;

/**
 * The rule by which an alias' canary gets all calls or none. It is judged from {@link #callsMin} calls on: rolled back as soon as it breaks the rule,
 * promoted when it has kept it for {@link #promoteAfter}.
 *
 * @param version the canary
 * @param promoteAfter how long it is tried
 * @param errorRateMax share of its calls that may fail, 0 to 1
 * @param p99Max how long 99 of 100 of its calls may take at most, to the microsecond; zero = any
 * @param callsMin fewer calls say nothing
 * @param startedAt to the millisecond
 */
public record Rollout(
        int version, Duration promoteAfter, double errorRateMax, Duration p99Max, long callsMin, Instant startedAt) {
    private static final Duration PROMOTE_AFTER_MAX = Duration.ofDays(30);

    public Rollout {
        if (!promoteAfter.isPositive() || promoteAfter.compareTo(PROMOTE_AFTER_MAX) > 0) {
            throw new MayflyException.Invalid("promote-after-ms=" + promoteAfter.toMillis() + " is out of range: 1 to "
                    + PROMOTE_AFTER_MAX.toMillis());
        }
        if (!(errorRateMax >= 0 && errorRateMax <= 1)) {
            throw new MayflyException.Invalid("error-rate-max=" + errorRateMax + " is out of range: 0 to 1");
        }
        if (p99Max.isNegative()) {
            throw new MayflyException.Invalid("p99-max-ms=" + p99Max.toMillis() + " must not be negative");
        }
        if (callsMin < 1) {
            throw new MayflyException.Invalid("calls-min=" + callsMin + " must be at least 1");
        }
    }
}
