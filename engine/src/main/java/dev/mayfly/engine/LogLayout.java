package dev.mayfly.engine;

/**
 * Byte layout of the records in an invocation's log region, appended by the engine, taken by the host.
 *
 * <pre>
 *   offset  bytes  field
 *        0      8  unixNs         when the line was written
 *        8      4  level          0 trace, 1 debug, 2 info, 3 warn, 4 error
 *       12      4  messageBytes
 *       16      4  fieldsBytes
 *       24      …  message        UTF-8
 *        …      …  fields         right behind it: name and value of each, as length (4, little-endian) and UTF-8;
 *                                 the next record starts at the next multiple of 8
 * </pre>
 *
 * <p>Checked by {@code LayoutTest}.
 */
public final class LogLayout {
    public static final long UNIX_NS = 0;
    public static final long LEVEL = 8;
    public static final long MESSAGE_BYTES = 12;
    public static final long FIELDS_BYTES = 16;
    public static final long MESSAGE = 24;

    /** A longer message is cut at a character boundary. */
    public static final int MESSAGE_BYTES_MAX = 8192;

    /** Fields that would pass this are left out. */
    public static final int FIELDS_BYTES_MAX = 4096;

    private LogLayout() {}

    /** Bytes from the start of a record with so many bytes of message and fields to the start of the next one. */
    public static long recordBytes(int payloadBytes) {
        return MESSAGE + ((payloadBytes + 7L) & ~7L);
    }
}
