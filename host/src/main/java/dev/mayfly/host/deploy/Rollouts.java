package dev.mayfly.host.deploy;

import dev.mayfly.host.catalog.Alias;
import dev.mayfly.host.catalog.Rollout;
import dev.mayfly.host.invoke.RoutedAlias;
import dev.mayfly.host.invoke.RoutedFunction;
import dev.mayfly.host.invoke.Trial;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * Promotes canaries that keep their rule and rolls back those that break it. What it counts begins anew with the host, the time a canary is tried
 * does not. That is the time in which hosts ran, by a clock that nobody sets: neither a clock that jumps, while a host runs or while none does, nor
 * a host that is away hastens a promotion.
 */
final class Rollouts {
    private static final System.Logger LOG = System.getLogger(Rollouts.class.getName());

    private final Releases releases;

    Rollouts(Releases releases) {
        this.releases = releases;
    }

    /** Looks at all canaries once. */
    void judge() {
        for (RoutedFunction function : releases.onTrial()) {
            for (RoutedAlias routed : function.aliases().values()) {
                Rollout rollout = routed.alias().rollout();
                Trial trial = Releases.trial(function, routed.alias());
                if (rollout != null && trial != null) {
                    judge(routed.alias(), rollout, trial);
                }
            }
        }
    }

    /** Notes how long they have been tried. */
    void note() {
        releases.noteTrials();
    }

    private void judge(Alias alias, Rollout rollout, Trial trial) {
        long calls = trial.calls();
        if (calls < rollout.callsMin()) {
            return;
        }
        double errorRate = trial.errorRate();
        Duration p99 = Duration.ofNanos(trial.p99Ns());
        String measured = String.format(
                Locale.ROOT, "%d calls, %.2f %% failed, p99 %.1f ms", calls, errorRate * 100, p99.toNanos() / 1e6);
        if (errorRate > rollout.errorRateMax()) {
            rollBack(
                    alias,
                    rollout,
                    measured + String.format(Locale.ROOT, ", error-rate-max is %.2f %%", rollout.errorRateMax() * 100));
        } else if (rollout.p99Max().isPositive() && p99.compareTo(rollout.p99Max()) > 0) {
            rollBack(
                    alias,
                    rollout,
                    measured
                            + String.format(
                                    Locale.ROOT,
                                    ", p99-max is %.1f ms",
                                    rollout.p99Max().toNanos() / 1e6));
        } else if (releases.age(trial).compareTo(rollout.promoteAfter()) >= 0) {
            settle(
                    alias,
                    List.of(new Alias.Target(rollout.version(), 100)),
                    "promoted version " + rollout.version() + ": " + measured);
        }
    }

    private void rollBack(Alias alias, Rollout rollout, String why) {
        List<Alias.Target> others = alias.targets().stream()
                .filter(target -> target.version() != rollout.version())
                .toList();
        settle(alias, others, "rolled back version " + rollout.version() + ": " + why);
    }

    private void settle(Alias alias, List<Alias.Target> targets, String reason) {
        if (releases.settle(alias, targets, reason)) {
            LOG.log(System.Logger.Level.INFO, "alias " + alias.name() + " of " + alias.function() + ": " + reason);
        }
    }
}
