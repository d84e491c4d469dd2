package dev.mayfly.client;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * A function with the version that stands for it: the one that {@code live} points to, else its newest.
 *
 * @param described the version; number 0 when there is none
 * @param aliases what they point to
 * @param url where it is called
 */
public record Function(
        String name,
        String tenant,
        @JsonUnwrapped Version described,
        Map<String, List<Target>> aliases,
        Instant createdAt,
        Instant updatedAt,
        URI url) {}
