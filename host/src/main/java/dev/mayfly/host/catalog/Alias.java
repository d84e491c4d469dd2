package dev.mayfly.host.catalog;

import dev.mayfly.engine.MayflyException;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A name for one version of a function, or for several with a share of the calls each.
 *
 * @param function the function's name in full
 * @param name a {@link FunctionName} that is no number; {@link #LIVE} is what calls get that don't say
 * @param targets at least one and at most {@value #TARGET_COUNT_MAX}, no version twice; the first is the one that stays when a canary goes
 * @param sticky what keeps a caller on one of the targets; null = each call draws anew
 * @param rollout how the canary among the targets is judged; null = not at all
 * @param updatedAt to the millisecond
 */
public record Alias(
        String function,
        String name,
        List<Target> targets,
        @Nullable Sticky sticky,
        @Nullable Rollout rollout,
        Instant updatedAt) {
    /** What a call gets that names no version and no alias. */
    public static final String LIVE = "live";

    /** Limit {@code alias-target-count-max}. */
    public static final int TARGET_COUNT_MAX = 8;

    public Alias {
        requireName(name);
        targets = List.copyOf(targets);
        if (targets.isEmpty() || targets.size() > TARGET_COUNT_MAX) {
            throw new MayflyException.Invalid("an alias has 1 to " + TARGET_COUNT_MAX
                    + " targets (limit alias-target-count-max), not " + targets.size());
        }
        if (targets.stream().map(Target::version).distinct().count() < targets.size()) {
            throw new MayflyException.Invalid("an alias' targets are different versions: " + Target.text(targets));
        }
        if (rollout != null) {
            int canary = rollout.version();
            if (targets.size() < 2
                    || targets.getFirst().version() == canary
                    || targets.stream().noneMatch(target -> target.version() == canary)) {
                throw new MayflyException.Invalid("version=" + canary
                        + " is no canary: a rollout judges a target that stands behind the one that stays");
            }
        }
    }

    /** An alias of one version, for all calls. */
    public static Alias of(String function, String name, int version, Instant updatedAt) {
        return new Alias(function, name, List.of(new Target(version, 100)), null, null, updatedAt);
    }

    /**
     * Returns {@code name}.
     *
     * @throws MayflyException.Invalid when no alias can be called so
     */
    public static String requireName(String name) {
        if (!FunctionName.isValid(name) || name.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new MayflyException.Invalid("alias=" + name
                    + " is not an alias' name: 1 to " + FunctionName.LENGTH_MAX
                    + " characters out of a-z, 0-9 and -, no - at either end, and not digits alone");
        }
        return name;
    }

    public boolean pointsTo(int version) {
        return targets.stream().anyMatch(target -> target.version() == version);
    }

    /** The version that stays when a canary goes. */
    public int stable() {
        return targets.getFirst().version();
    }

    /**
     * A version's share of an alias' calls: its weight out of the sum of all.
     *
     * @param weight 1 to {@value #WEIGHT_MAX}
     */
    public record Target(int version, int weight) {
        /** Fine enough for one call in ten thousand. */
        public static final int WEIGHT_MAX = 10_000;

        public Target {
            if (version < 1) {
                throw new MayflyException.Invalid("version=" + version + " is no version's number: they count from 1");
            }
            if (weight < 1 || weight > WEIGHT_MAX) {
                throw new MayflyException.Invalid("weight=" + weight + " is out of range: 1 to " + WEIGHT_MAX);
            }
        }

        /** {@code 7=95 8=5} */
        public static String text(List<Target> targets) {
            return targets.stream()
                    .map(target -> target.version() + "=" + target.weight())
                    .collect(Collectors.joining(" "));
        }
    }
}
