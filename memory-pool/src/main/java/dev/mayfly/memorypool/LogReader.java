package dev.mayfly.memorypool;

import java.util.Map;

/** Takes the lines that an invocation logged. */
@FunctionalInterface
public interface LogReader {
    /**
     * Takes one line.
     *
     * @param level 0 trace, 1 debug, 2 info, 3 warn, 4 error
     * @param unixNs when the function wrote it
     * @param fields names and values, in order
     */
    void line(int level, long unixNs, String message, Map<String, String> fields);
}
