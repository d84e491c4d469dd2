package dev.mayfly.host.audit;

import java.time.Instant;

/**
 * One action of an administrator, or an attempt at one.
 *
 * @param time to the millisecond
 * @param keyId of the key it was done with; empty when there was none that is valid
 * @param keyLabel what the key's owner calls it; empty likewise
 * @param tenant whose things were changed
 * @param action {@code function.deploy}, {@code key.revoke}, …
 * @param target what it was done to; empty when the action made it
 * @param address the client's
 * @param outcome {@code ok}, {@code denied}, {@code failed}, or {@code unanswered} when the client was cut off
 * @param status the response's, 0 when there was none
 */
public record AuditRecord(
        Instant time,
        String keyId,
        String keyLabel,
        String tenant,
        String action,
        String target,
        String address,
        String outcome,
        int status) {}
