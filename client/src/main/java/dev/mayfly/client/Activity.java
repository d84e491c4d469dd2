package dev.mayfly.client;

import java.util.List;

/**
 * What functions' calls came to since the host started, those with the most time of the processor first.
 *
 * @param nowNs the host's clock, for the difference between two answers
 */
public record Activity(long nowNs, List<FunctionActivity> functions) {}
