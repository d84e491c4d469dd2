package dev.mayfly.client;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one call took.
 *
 * @param invocation its id
 * @param outcome {@code response} when all went well
 * @param status that the client got; null = none
 * @param start {@code cold} or {@code warmed}
 * @param wallNs from the request's head to the response's last byte
 * @param queuedNs waiting for its turn
 * @param runNs from the function's begin to its end
 * @param cpuNs in the function itself
 * @param instanceStartNs of that, until its instance was there
 * @param operations host operations by kind
 */
public record Receipt(
        Instant time,
        String invocation,
        String function,
        String outcome,
        @Nullable Integer status,
        String start,
        long wallNs,
        long queuedNs,
        long runNs,
        long cpuNs,
        long instanceStartNs,
        long memoryBytes,
        long bytesIn,
        long bytesOut,
        long egressBytes,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, Long> operations) {}
