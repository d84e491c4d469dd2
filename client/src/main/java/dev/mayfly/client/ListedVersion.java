package dev.mayfly.client;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A version with what points to it.
 *
 * @param aliases that point to it
 * @param lastInvokedAt null where nobody invoked it
 */
public record ListedVersion(
        @JsonUnwrapped Version described,
        List<String> aliases,
        Instant createdAt,
        @Nullable Instant lastInvokedAt) {}
