package dev.mayfly.engine;

/**
 * Byte layout of a response's header lines, written by the engine when a function returns.
 *
 * <pre>
 *   for each header line, without gaps or alignment:
 *        0      4  nameBytes
 *        4      4  valueBytes
 *        8      …  name, then value; UTF-8, exactly as the function gave them
 * </pre>
 *
 * <p>How many there are stands in {@link FrameLayout#RESPONSE_HEADERS}.
 */
public final class ResponseHeadLayout {
    public static final long NAME_BYTES = 0;
    public static final long VALUE_BYTES = 4;
    public static final long TEXT = 8;

    private ResponseHeadLayout() {}
}
