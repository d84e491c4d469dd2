package dev.mayfly.client;

import java.time.Instant;

/**
 * One action of an administrator, or an attempt at one.
 *
 * @param key the id of the key it was done with; empty when there was none that is valid
 * @param action {@code function.deploy}, {@code key.revoke}, …
 * @param outcome {@code ok}, {@code denied}, {@code failed} or {@code unanswered}
 */
public record AuditRecord(
        Instant time,
        String key,
        String label,
        String tenant,
        String action,
        String target,
        String address,
        String outcome,
        int status) {}
