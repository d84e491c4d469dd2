package dev.mayfly.client;

import java.time.Instant;

/**
 * Somebody who shares the host.
 *
 * @param functions how many it has
 */
public record Tenant(String name, long functions, Instant createdAt) {}
