package dev.mayfly.client;

import java.time.Instant;

/**
 * A secret's name; its value is never shown.
 *
 * @param updatedAt when it was set
 */
public record Secret(String name, Instant updatedAt) {}
