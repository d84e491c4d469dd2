package dev.mayfly.host.invoke;

import dev.mayfly.hostinterfaces.OperationCounts;
import java.time.Instant;

/**
 * What one invocation took: the one record that metrics, the access log, {@code mayfly calls} and {@code Server-Timing} read.
 *
 * <p>Times are differences of {@link System#nanoTime}, which no change of the machine's clock touches.
 *
 * @param id the invocation's
 * @param function its name
 * @param outcome how it ended
 * @param status of the HTTP response; 0 where there is none
 * @param start what the instance began as
 * @param endedNs when the last of its response was sent, or, where it isn't sent, the function was done; on {@link System#nanoTime}'s clock
 * @param wallNs to that from when the request was waited for, or a place; where neither was, from the function's begin
 * @param queuedNs the wait for a place
 * @param runNs from the function's begin to its end, host operations included; 0 when it never began
 * @param cpuNs of that, the time in the function itself. A core that the system gave to others meanwhile counts
 * @param instanceStartNs of that, from the function's begin until its instance was there; 0 when it never was, or there was one before
 * @param memoryBytes of linear memory, the most it held
 * @param operations that it asked of its host
 * @param bytesIn of its request's body
 * @param bytesOut of its response's body
 * @param egressBytes that its operations carried out of it
 */
public record Receipt(
        String id,
        String function,
        Outcome outcome,
        int status,
        StartKind start,
        long endedNs,
        long wallNs,
        long queuedNs,
        long runNs,
        long cpuNs,
        long instanceStartNs,
        long memoryBytes,
        OperationCounts operations,
        long bytesIn,
        long bytesOut,
        long egressBytes) {
    /** When it began, by the machine's clock as it is now: a receipt has no date of its own, so that a call needn't ask for one. */
    public Instant startedAt() {
        return Instant.now().minusNanos(System.nanoTime() - endedNs + wallNs);
    }
}
