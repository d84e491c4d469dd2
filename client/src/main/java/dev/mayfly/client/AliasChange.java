package dev.mayfly.client;

import java.time.Instant;
import java.util.List;

/**
 * What an alias was made to point to, and why.
 *
 * @param sequence counts the changes from 1
 * @param targets from then on
 */
public record AliasChange(long sequence, Instant at, String reason, List<Target> targets) {}
