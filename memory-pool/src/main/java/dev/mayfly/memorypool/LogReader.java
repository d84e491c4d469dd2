package dev.mayfly.memorypool;

/** Takes the lines that an invocation logged. */
@FunctionalInterface
public interface LogReader {
    /**
     * Takes one line.
     *
     * @param level 0 trace, 1 debug, 2 info, 3 warn, 4 error
     * @param unixNs when the function wrote it
     */
    void line(int level, long unixNs, String message);
}
