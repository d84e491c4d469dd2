package dev.mayfly.client;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A name for one version of a function, or for several with a share of the calls each.
 *
 * @param sticky the header or cookie that keeps a caller on one version; null = each call draws
 * @param rollout how a canary is doing; null = none is judged
 * @param history what it pointed to, where it was asked for
 */
public record Alias(
        String name,
        List<Target> targets,
        @Nullable String sticky,
        @Nullable Rollout rollout,
        Instant updatedAt,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<AliasChange> history) {}
