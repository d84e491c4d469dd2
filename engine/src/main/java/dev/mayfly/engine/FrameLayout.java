package dev.mayfly.engine;

/**
 * Byte layout of an invocation's control frame, shared with the engine.
 *
 * <p>One frame serves one invocation at a time. It is 128-byte aligned and what the engine writes and what the host writes start on lines of
 * their own, so that two invocations never share a cache line: 128 bytes covers aarch64 parts with 128-byte lines and x86's paired-line
 * prefetch. Numbers are in the machine's byte order.
 *
 * <pre>
 *   offset  bytes  field              written by   meaning
 *        0      4  status             engine       {@link Status}
 *        4      4  operation          engine       {@link Operation} when status is OPERATION
 *        8      4  outcome            engine       when DONE: 0 = response, or event handled; 1 + the case of mayfly:function/web-types.error;
 *                                                  {@link #OUTCOME_RETRY} and {@link #OUTCOME_REJECT} of an event; {@link #OUTCOME_NO_RESPONSE}
 *       12      4  trapKind           engine       {@link TrapKind} when TRAP
 *       16      4  messageBytes       engine       UTF-8 in message: trap, refusal, failure, or what the function's error says
 *       20      4  responseStatus     engine       when DONE with a response
 *       24      4  responseHeaders    engine       number of header lines in the response head
 *       28      4  responseBody       engine       index of a buffer, or -1
 *       32      8  argument0          engine       of the operation
 *       40      8  argumentAddress    engine       of the operation's bytes
 *       48      8  argumentBytes      engine
 *       56      8  memoryBytes        engine       linear memory held, the highest so far
 *       64      4  logUsedBytes       engine       written in the log region; {@link LogLayout}
 *       68      4  logDropped         engine       log lines dropped past the limit
 *       72      8  releasedSlab       both         slabs to take before asking for one: the host's first, then dropped buffers'; linked, 0 = none
 *       80      4  buffersMade        both         besides the request's body; entries behind them say nothing
 *       84      4  responseState      engine       of a response that may go out before the function is done: 0 = there is none, 1 = its head stands,
 *                                                  2 = its body is whole, 3 = its body never will be
 *       88      4  responseFlush      both         1 = what there is of it is to be sent when the function waits, or at the next tick
 *       92      4  responseTrailers   engine       number of lines for behind its body, in the response head behind the header lines
 *       96      8  responseLength     engine       what the function says of its body's length; -1 = nothing
 *      104      8  responseWritten    engine       how much of it was written
 *      112      4  responseHeadBytes  engine       used of the response head
 *      120      8  instanceAtNs       engine       when the instance was there, on {@link System#nanoTime}'s clock; 0 = never
 *      128      8  requestHead        host         address; {@link RequestHeadLayout}
 *      136      4  requestHeadBytes   host
 *      140      4  bufferCountMax     host         at most {@link #BUFFERS}
 *      144      8  responseHead       host         address of room for the response's header lines; {@link ResponseHeadLayout}
 *      152      4  responseHeadMax    host         bytes of that room
 *      156      4  logRegionBytes     host         bytes of the log region
 *      160      8  logRegion          host         address
 *      168      8  logBytesMax        host         bytes of log an invocation may write
 *      176      8  memoryBytesMax     host         of one linear memory
 *      184      8  tableElementsMax   host         of one table
 *      192      4  entry              host         what to call: 0 = the web handler, 1 = the event handler, 2 = the hook before a snapshot
 *      196      4  restored           host         1 = the component is a snapshot: the hook after a restore is called first
 *      256      8  answerAddress      host         of the operation's answer
 *      264      8  answerBytes        host
 *      272      4  answerStatus       host         {@link Operation#OK} and its neighbours
 *      512   1536  message            engine
 *     2048   2048  buffers            both         {@link #BUFFERS} x {@link #BUFFER_BYTES}; 0 is the request's body
 * </pre>
 *
 * A buffer:
 *
 * <pre>
 *        0      8  firstSlab          both         {@link SlabLayout}; 0 = holds nothing yet
 *        8      8  lastSlab           both         the slab that is written next; slabs behind it are empty reserve
 *       16      8  length             both         bytes; of a stream -1 where that isn't known yet
 *       24      4  state              both         0 = free, 1 = read and write, 2 = read only, 3 = a stream: the bytes are where they come from
 *       28      4  handles            engine       open handles in the guest
 * </pre>
 *
 * <p>The host fills buffer 0 before it begins and reads buffers only while the invocation is suspended or over; the engine only in between.
 * Checked against the engine by {@code LayoutTest}, which asks the loaded library for its own offsets.
 */
public final class FrameLayout {
    public static final long STATUS = 0;
    public static final long OPERATION = 4;
    public static final long OUTCOME = 8;
    public static final long TRAP_KIND = 12;
    public static final long MESSAGE_BYTES = 16;
    public static final long RESPONSE_STATUS = 20;
    public static final long RESPONSE_HEADERS = 24;
    public static final long RESPONSE_BODY = 28;
    public static final long ARGUMENT_0 = 32;
    public static final long ARGUMENT_ADDRESS = 40;
    public static final long ARGUMENT_BYTES = 48;
    public static final long MEMORY_BYTES = 56;
    public static final long LOG_USED_BYTES = 64;
    public static final long LOG_DROPPED = 68;
    public static final long RELEASED_SLAB = 72;
    public static final long BUFFERS_MADE = 80;
    public static final long RESPONSE_STATE = 84;
    public static final long RESPONSE_FLUSH = 88;
    public static final long RESPONSE_TRAILERS = 92;
    public static final long RESPONSE_LENGTH = 96;
    public static final long RESPONSE_WRITTEN = 104;
    public static final long RESPONSE_HEAD_BYTES = 112;
    public static final long INSTANCE_AT_NS = 120;

    public static final long REQUEST_HEAD = 128;
    public static final long REQUEST_HEAD_BYTES = 136;
    public static final long BUFFER_COUNT_MAX = 140;
    public static final long RESPONSE_HEAD = 144;
    public static final long RESPONSE_HEAD_MAX = 152;
    public static final long LOG_REGION_BYTES = 156;
    public static final long LOG_REGION = 160;
    public static final long LOG_BYTES_MAX = 168;
    public static final long MEMORY_BYTES_MAX = 176;
    public static final long TABLE_ELEMENTS_MAX = 184;
    public static final long ENTRY = 192;
    public static final long RESTORED = 196;

    public static final long ANSWER_ADDRESS = 256;
    public static final long ANSWER_BYTES = 264;
    public static final long ANSWER_STATUS = 272;

    public static final long MESSAGE = 512;
    public static final int MESSAGE_BYTES_MAX = 1536;

    public static final long BUFFERS_OFFSET = 2048;
    public static final int BUFFERS = 64;
    public static final long BUFFER_BYTES = 32;
    public static final long BUFFER_FIRST_SLAB = 0;
    public static final long BUFFER_LAST_SLAB = 8;
    public static final long BUFFER_LENGTH = 16;
    public static final long BUFFER_STATE = 24;
    public static final long BUFFER_HANDLES = 28;

    public static final int BUFFER_FREE = 0;
    public static final int BUFFER_READ_WRITE = 1;
    public static final int BUFFER_READ_ONLY = 2;
    public static final int BUFFER_STREAM = 3;

    /** {@link #ENTRY}: the function answers a request. */
    public static final int ENTRY_WEB = 0;
    /** {@link #ENTRY}: the function handles an event. */
    public static final int ENTRY_EVENT = 1;
    /** {@link #ENTRY}: the function does what it has to before it is captured. */
    public static final int ENTRY_BEFORE_SNAPSHOT = 2;

    /** {@link #OUTCOME}: the event is to be tried again. */
    public static final int OUTCOME_RETRY = 16;
    /** {@link #OUTCOME}: the event is to be given up. */
    public static final int OUTCOME_REJECT = 17;
    /** {@link #OUTCOME}: the function returned and set no response. */
    public static final int OUTCOME_NO_RESPONSE = 18;

    /** {@link #RESPONSE_STATE}: the response is what the function returns. */
    public static final int RESPONSE_NONE = 0;
    /** {@link #RESPONSE_STATE}: the head stands, the body is being written. */
    public static final int RESPONSE_BEGUN = 1;
    /** {@link #RESPONSE_STATE}: the body is whole. */
    public static final int RESPONSE_FINISHED = 2;
    /** {@link #RESPONSE_STATE}: the body never will be whole. */
    public static final int RESPONSE_BROKEN = 3;

    /** Index of the buffer that holds the request's body. */
    public static final int REQUEST_BODY = 0;

    public static final long BYTES = 4096;
    public static final long ALIGNMENT = 128;

    static {
        assert BUFFERS_OFFSET + BUFFERS * BUFFER_BYTES == BYTES;
        assert MESSAGE + MESSAGE_BYTES_MAX == BUFFERS_OFFSET;
    }

    private FrameLayout() {}
}
