package dev.mayfly.client;

import java.util.List;

/**
 * A function's events.
 *
 * @param dead those that were given up
 * @param deadLetters the newest of these
 */
public record Events(long waiting, long running, long dead, List<DeadLetter> deadLetters) {}
