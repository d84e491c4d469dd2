package dev.mayfly.client;

/**
 * What a function's calls came to since the host started.
 *
 * @param responses calls that the function answered
 * @param running at the moment
 * @param waiting for their turn, at the moment
 */
public record FunctionActivity(
        String function,
        long calls,
        long responses,
        long running,
        long waiting,
        long cpuNs,
        long p50Ns,
        long p99Ns,
        long memoryBytesMax) {}
