package dev.mayfly.host.invoke;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The last lines that a function logged.
 *
 * <p>Bounded by lines and by characters; the oldest go first. Threads: any. A function that logs much waits for its own lock only.
 */
public final class FunctionLog {
    private static final int LINES_MAX = 1_000;
    private static final int CHARACTERS_MAX = 256 << 10;

    /**
     * One line.
     *
     * @param sequence counts the lines of this function since the host started, from 1
     * @param unixNs when it was written
     * @param level 0 trace, 1 debug, 2 info, 3 warn, 4 error
     * @param invocationId of the invocation that wrote it
     * @param fields names and values
     */
    public record Line(
            long sequence, long unixNs, int level, String invocationId, String message, Map<String, String> fields) {
        private int characters() {
            int characters = message.length();
            for (Map.Entry<String, String> field : fields.entrySet()) {
                characters += field.getKey().length() + field.getValue().length();
            }
            return characters;
        }
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<Line> lines = new ArrayDeque<>();
    private long sequence;
    private int characters;

    /** Nothing was logged. */
    public FunctionLog() {}

    /** Adds a line behind the others; returns it. */
    public Line append(long unixNs, int level, String invocationId, String message, Map<String, String> fields) {
        lock.lock();
        try {
            Line line = new Line(++sequence, unixNs, level, invocationId, message, fields);
            lines.addLast(line);
            characters += line.characters();
            while (lines.size() > LINES_MAX || characters > CHARACTERS_MAX) {
                characters -= lines.removeFirst().characters();
            }
            return line;
        } finally {
            lock.unlock();
        }
    }

    /** The lines that are still kept and have a higher sequence number than {@code after}, oldest first. */
    public List<Line> after(long after) {
        lock.lock();
        try {
            List<Line> result = new ArrayList<>();
            for (Line line : lines) {
                if (line.sequence() > after) {
                    result.add(line);
                }
            }
            return result;
        } finally {
            lock.unlock();
        }
    }
}
