package dev.mayfly.host.cli;

import java.util.Map;

/**
 * What a command has around it: everything it would otherwise take from the process, so that tests run it in theirs.
 *
 * @param terminal what it reads and writes
 * @param stop ends the commands that run until stopped
 * @param environment the process's environment variables
 */
record CommandContext(Terminal terminal, StopSignal stop, Map<String, String> environment) {}
