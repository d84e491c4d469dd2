package dev.mayfly.client;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An API key, without its text.
 *
 * @param endsAt null = when it is revoked
 * @param state {@code live}, {@code expired} or {@code revoked}
 */
public record Key(
        String id,
        String label,
        String tenant,
        boolean hostWide,
        List<String> permissions,
        Instant createdAt,
        @Nullable Instant endsAt,
        String state) {}
