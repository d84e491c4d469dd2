package dev.mayfly.engine;

/**
 * Byte layout of a request's head: everything of a request but its body. Written by the host before it begins, read by the engine when the
 * function asks. Text is UTF-8; header names are in lower case.
 *
 * <pre>
 *   offset  bytes  field
 *        0      4  methodBytes
 *        4      4  pathBytes
 *        8      4  queryBytes     -1 = no query
 *       12      4  idBytes        of the invocation id
 *       16      4  headerCount
 *       20      4  textStart      where the text begins; behind the last header's entry, maybe with a gap: the host need not know beforehand how many come
 *       24      8  for each header: nameBytes (4), valueBytes (4)
 *        …      …  the text: method, path, query, id, then each header's name and value, without gaps, up to the head's end
 * </pre>
 *
 * <p>Checked by {@code LayoutTest}.
 */
public final class RequestHeadLayout {
    public static final long METHOD_BYTES = 0;
    public static final long PATH_BYTES = 4;
    public static final long QUERY_BYTES = 8;
    public static final long ID_BYTES = 12;
    public static final long HEADER_COUNT = 16;
    public static final long TEXT_START = 20;
    public static final long HEADERS = 24;
    public static final long HEADER_ENTRY_BYTES = 8;

    private RequestHeadLayout() {}
}
