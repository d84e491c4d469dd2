package dev.mayfly.engine;

/**
 * Byte layout of the records in an invocation's log region, appended by the engine, taken by the host.
 *
 * <pre>
 *   offset  bytes  field
 *        0      8  unixNs         when the line was written
 *        8      4  level          0 trace, 1 debug, 2 info, 3 warn, 4 error
 *       12      4  messageBytes
 *       16      …  message        UTF-8; the next record starts at the next multiple of 8
 * </pre>
 *
 * <p>Checked by {@code LayoutTest}.
 */
public final class LogLayout {
    public static final long UNIX_NS = 0;
    public static final long LEVEL = 8;
    public static final long MESSAGE_BYTES = 12;
    public static final long MESSAGE = 16;

    /** A longer message is cut at a character boundary. */
    public static final int MESSAGE_BYTES_MAX = 8192;

    private LogLayout() {}

    /** Bytes from the start of a record with a message of {@code messageBytes} to the start of the next one. */
    public static long recordBytes(int messageBytes) {
        return MESSAGE + ((messageBytes + 7L) & ~7L);
    }
}
