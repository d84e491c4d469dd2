package dev.mayfly.client;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an alias is to be.
 *
 * @param targets 1 to 8 different versions; the first one stays when a canary goes
 * @param sticky {@code cookie:NAME} or {@code header:NAME}; null = each call draws
 * @param rollout how a canary is judged; null = not at all
 */
public record AliasRequest(
        List<Target> targets,
        @Nullable String sticky,
        @Nullable RolloutRule rollout) {
    /** One version gets all calls. */
    public static AliasRequest of(int version) {
        return new AliasRequest(List.of(Target.of(version)), null, null);
    }
}
