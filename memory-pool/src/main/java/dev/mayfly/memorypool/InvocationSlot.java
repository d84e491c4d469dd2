package dev.mayfly.memorypool;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.mayfly.engine.CacheLinePadding;
import dev.mayfly.engine.Frame;
import dev.mayfly.engine.FrameLayout;
import dev.mayfly.engine.LogLayout;
import dev.mayfly.engine.MemorySegments;
import dev.mayfly.engine.Operation;
import dev.mayfly.engine.SlabLayout;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * What one invocation needs of host memory, in one block: its frame, room for heads, log and answers, and two slabs of its own, so that a small
 * body in and a small body out ask nobody for memory.
 *
 * <pre>
 *   frame            4,096                       {@link FrameLayout}
 *   request body     128 + requestBodyBytes      a slab: the first of the request's body
 *   spare            128 + requestBodyBytes      a slab: the first that the function's other buffers use
 *   answer           answerBytesMax
 *   log              logRegionBytes              {@link LogLayout}
 *   response head    responseHeadBytesMax
 *   request head     requestHeadBytesMax
 * </pre>
 *
 * <p>In order: {@link #prepare}, the request's head and body, {@link Frame#begin} and the operations, the response's head and body,
 * {@link #release}. One thread at a time.
 */
public final class InvocationSlot extends CacheLinePadding {
    /** Of a stream at once. */
    private static final int READ_BYTES_MAX = 64 << 10;

    private static final MemorySegment ALL = MemorySegments.ALL;

    private final SlotPool pool;
    private final int index;
    private final Frame frame;
    private final MemorySegment frameMemory;
    private final long requestBodySlab;
    private final long spareSlab;
    private final long answer;
    private final long answerBytesMax;
    private final long log;
    private final int logRegionBytes;
    private final RequestHeadWriter requestHead;
    private final ResponseHead responseHead;
    private final HeldSlabs held;
    private final InvocationBuffers invocationBuffers;
    private final ArgumentReader argument;
    private final AnswerWriter answerWriter;

    /** Written by whoever takes and releases the slot; the pool's stack orders one owner after the other. */
    private boolean taken;

    private long requestBodyBytesMax;

    /** @param block zeroed memory of {@link #bytes} bytes, aligned to a frame's alignment, for as long as the pool */
    InvocationSlot(SlotPool pool, int index, MemorySegment block, SlotConfig config, SlabPool slabs) {
        this.pool = pool;
        this.index = index;
        this.frameMemory = block.asSlice(0, FrameLayout.BYTES);
        this.frame = new Frame(frameMemory);
        this.held = new HeldSlabs(slabs);
        long at = block.address() + FrameLayout.BYTES;
        this.requestBodySlab = at;
        at += slabBytes(config);
        this.spareSlab = at;
        at += slabBytes(config);
        this.answer = at;
        this.answerBytesMax = config.answerBytesMax();
        at += aligned(config.answerBytesMax());
        this.log = at;
        this.logRegionBytes = config.logRegionBytes();
        at += aligned(config.logRegionBytes());
        long responseHeadAt = at;
        this.responseHead = new ResponseHead(frame, responseHeadAt, config.responseHeadBytesMax());
        at += aligned(config.responseHeadBytesMax());
        this.requestHead = new RequestHeadWriter(frameMemory, at, config.requestHeadBytesMax());
        this.invocationBuffers = new InvocationBuffers(frame, held);
        this.argument = new ArgumentReader(frame);
        this.answerWriter = new AnswerWriter(frame, answer, answerBytesMax, held::take);
        assert at + aligned(config.requestHeadBytesMax()) == block.address() + bytes(config);

        // What never changes is written once.
        frameMemory.set(JAVA_LONG, FrameLayout.REQUEST_HEAD, at);
        frameMemory.set(JAVA_LONG, FrameLayout.RESPONSE_HEAD, responseHeadAt);
        frameMemory.set(JAVA_INT, FrameLayout.RESPONSE_HEAD_MAX, config.responseHeadBytesMax());
        frameMemory.set(JAVA_LONG, FrameLayout.LOG_REGION, log);
        frameMemory.set(JAVA_INT, FrameLayout.LOG_REGION_BYTES, logRegionBytes);
        initOwnSlab(requestBodySlab, config);
        initOwnSlab(spareSlab, config);
    }

    /** What one slot takes. */
    static long bytes(SlotConfig config) {
        return FrameLayout.BYTES
                + 2 * slabBytes(config)
                + aligned(config.answerBytesMax())
                + aligned(config.logRegionBytes())
                + aligned(config.responseHeadBytesMax())
                + aligned(config.requestHeadBytesMax());
    }

    /** Makes the slot as new and sets what its invocation may use. What an earlier one left in it is given back. */
    public void prepare(InvocationLimits limits) {
        if (!taken || frame.isOpen()) {
            throw new IllegalStateException(taken ? "the slot's invocation is still open" : "the slot was released");
        }
        held.prepare(limits.bufferBytesMax());
        invocationBuffers.prepare(limits);
        answerWriter.reset();
        requestBodyBytesMax = limits.requestBodyBytesMax();
        emptySlab(requestBodySlab);
        emptySlab(spareSlab);

        MemorySegment memory = frameMemory;
        // What the engine tells. So few bytes are set faster by a loop than by fill().
        for (long offset = 0; offset < FrameLayout.REQUEST_HEAD; offset += Long.BYTES) {
            memory.set(JAVA_LONG, offset, 0);
        }
        // The engine takes released slabs before it asks for others.
        memory.set(JAVA_LONG, FrameLayout.RELEASED_SLAB, spareSlab);
        memory.set(JAVA_INT, FrameLayout.REQUEST_HEAD_BYTES, 0);
        memory.set(JAVA_INT, FrameLayout.BUFFER_COUNT_MAX, limits.bufferCountMax());
        memory.set(JAVA_LONG, FrameLayout.LOG_BYTES_MAX, limits.logBytesMax());
        memory.set(JAVA_LONG, FrameLayout.MEMORY_BYTES_MAX, limits.memoryBytesMax());
        memory.set(JAVA_LONG, FrameLayout.TABLE_ELEMENTS_MAX, limits.tableElementsMax());
        memory.set(JAVA_INT, FrameLayout.ENTRY, FrameLayout.ENTRY_WEB);
        memory.set(JAVA_INT, FrameLayout.RESTORED, 0);
        frame.setBuffer(FrameLayout.REQUEST_BODY, requestBodySlab, requestBodySlab, 0, FrameLayout.BUFFER_READ_ONLY);
    }

    public Frame frame() {
        return frame;
    }

    /** Has the function handle an event instead of a request: between {@link #prepare} and {@link Frame#begin}. */
    public void handleEvent() {
        frameMemory.set(JAVA_INT, FrameLayout.ENTRY, FrameLayout.ENTRY_EVENT);
    }

    /** Has the function do what it has to before it is captured, instead of a request: between {@link #prepare} and {@link Frame#begin}. */
    public void beforeSnapshot() {
        frameMemory.set(JAVA_INT, FrameLayout.ENTRY, FrameLayout.ENTRY_BEFORE_SNAPSHOT);
    }

    /** Says that the instance starts from a snapshot: between {@link #prepare} and {@link Frame#begin}. */
    public void restored() {
        frameMemory.set(JAVA_INT, FrameLayout.RESTORED, 1);
    }

    /** Writes the request's head: between {@link #prepare} and {@link Frame#begin}. */
    public RequestHeadWriter requestHead() {
        return requestHead;
    }

    /** Reads the response's head, once the invocation is done with a response. */
    public ResponseHead responseHead() {
        return responseHead;
    }

    /**
     * Puts bytes behind the request's body: between {@link #prepare} and {@link Frame#begin}.
     *
     * @return {@link Operation#OK}; {@link Operation#LIMIT_EXCEEDED} past {@code request-body-bytes-max}; {@link Operation#UNAVAILABLE} when no
     *     slab is left. Unless OK, the invocation must not begin
     */
    public int appendRequestBody(byte[] bytes, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        if (length > requestBodyBytesMax - frame.bufferLength(FrameLayout.REQUEST_BODY)) {
            return Operation.LIMIT_EXCEEDED;
        }
        return invocationBuffers.appendFromPool(FrameLayout.REQUEST_BODY, bytes, offset, length);
    }

    /**
     * Answers {@link Operation#BUFFER_GROW} with a slab, or with LIMIT_EXCEEDED past {@code buffer-bytes-max}, or with UNAVAILABLE when the pool
     * is empty.
     *
     * @param bytesWanted {@link Frame#argument}
     * @return what it answered: the {@link Operation} status
     */
    public int grow(long bytesWanted) {
        long slab = held.take(bytesWanted);
        int status = slab == SlabPool.NONE
                ? Operation.UNAVAILABLE
                : slab == HeldSlabs.LIMIT_EXCEEDED ? Operation.LIMIT_EXCEEDED : Operation.OK;
        frame.answer(status, status == Operation.OK ? slab : 0, 0);
        return status;
    }

    /** The invocation's buffers, while it is suspended or has not begun. */
    public InvocationBuffers buffers() {
        return invocationBuffers;
    }

    /** The argument of the operation that the invocation is suspended in, from its first value on. */
    public ArgumentReader argument() {
        invocationBuffers.closeDropped();
        return argument.start();
    }

    /** An empty answer to it. */
    public AnswerWriter answer() {
        return answerWriter.start();
    }

    /** Answers the operation with what was written to {@link #answer}. */
    public void finishAnswer() {
        answerWriter.finish();
    }

    /** Answers the operation with a status other than {@link Operation#OK} and what it means. */
    public void fail(int status, String message) {
        answerWriter.fail(status, message);
    }

    /** Answers an operation with a status alone. */
    public void answerStatus(int status) {
        frame.answer(status, 0, 0);
    }

    /** Answers {@link Operation#BUFFER_READ}: none at the stream's end. Waits for what is not there yet. */
    public void readStream(int buffer, int bytesMax) {
        byte[] piece = new byte[Math.clamp(bytesMax, 1, READ_BYTES_MAX)];
        try {
            int read = invocationBuffers.read(buffer, piece);
            answerWriter.start().bytes(piece, Math.max(0, read)).finish();
        } catch (IOException e) {
            answerStatus(Operation.UNAVAILABLE);
        }
    }

    /** Hands every line in the log region to {@code reader}: at {@link Operation#LOG_FLUSH}, and when the invocation is over. */
    public void drainLog(LogReader reader) {
        long at = log;
        long end = log + Math.clamp(frame.logUsedBytes(), 0, logRegionBytes);
        while (end - at >= LogLayout.MESSAGE) {
            int messageBytes = ALL.get(JAVA_INT, at + LogLayout.MESSAGE_BYTES);
            int fieldsBytes = ALL.get(JAVA_INT, at + LogLayout.FIELDS_BYTES);
            long left = end - at - LogLayout.MESSAGE;
            if (messageBytes < 0 || fieldsBytes < 0 || (long) messageBytes + fieldsBytes > left) {
                throw new IllegalStateException("the engine wrote a log line past the log's region");
            }
            byte[] message = new byte[messageBytes];
            MemorySegment.copy(ALL, JAVA_BYTE, at + LogLayout.MESSAGE, message, 0, messageBytes);
            reader.line(
                    ALL.get(JAVA_INT, at + LogLayout.LEVEL),
                    ALL.get(JAVA_LONG, at + LogLayout.UNIX_NS),
                    new String(message, StandardCharsets.UTF_8),
                    logFields(at + LogLayout.MESSAGE + messageBytes, fieldsBytes));
            at += LogLayout.recordBytes(messageBytes + fieldsBytes);
        }
    }

    private static Map<String, String> logFields(long address, int bytes) {
        if (bytes == 0) {
            return Map.of();
        }
        Map<String, String> fields = new LinkedHashMap<>();
        ArgumentReader reader = ArgumentReader.of(address, bytes);
        while (reader.hasMore()) {
            fields.put(reader.text(), reader.text());
        }
        return fields;
    }

    /** How many bytes a buffer holds. */
    public long bufferLength(int buffer) {
        return frame.bufferLength(buffer);
    }

    /** Copies all of a buffer to {@code destination} from {@code offset} on. */
    public void copyBuffer(int buffer, byte[] destination, int offset) {
        long left = frame.bufferLength(buffer);
        Objects.checkFromIndexSize(offset, left, destination.length);
        int to = offset;
        for (long slab = frame.bufferFirstSlab(buffer); left > 0; slab = next(slab)) {
            int used = used(slab, left);
            MemorySegment.copy(ALL, JAVA_BYTE, slab + SlabLayout.PAYLOAD, destination, to, used);
            to += used;
            left -= used;
        }
    }

    /**
     * Gives everything back: an invocation that is still open is cancelled, its slabs go to their pool, the slot to its own.
     *
     * @throws IllegalStateException when it was released already
     */
    public void release() {
        if (!taken) {
            throw new IllegalStateException("slot released twice: index=" + index);
        }
        frame.cancel();
        invocationBuffers.closeAll();
        held.releaseAll();
        taken = false;
        pool.putBack(index);
    }

    void take() {
        taken = true;
    }

    private static long next(long slab) {
        return ALL.get(JAVA_LONG, slab + SlabLayout.NEXT);
    }

    /** Bytes to read of a slab when {@code left} bytes of its buffer are. */
    private static int used(long slab, long left) {
        if (slab == 0) {
            throw new IllegalStateException("a buffer's slabs hold less than its length: missing=" + left);
        }
        return (int) Math.min(left, ALL.get(JAVA_INT, slab + SlabLayout.USED_BYTES));
    }

    private static void initOwnSlab(long slab, SlotConfig config) {
        ALL.set(JAVA_INT, slab + SlabLayout.CAPACITY_BYTES, config.requestBodyBytes());
        ALL.set(JAVA_INT, slab + SlabLayout.SIZE_CLASS, SlabLayout.SLOT_OWNED);
    }

    private static void emptySlab(long slab) {
        ALL.set(JAVA_LONG, slab + SlabLayout.NEXT, 0);
        ALL.set(JAVA_INT, slab + SlabLayout.USED_BYTES, 0);
    }

    private static long slabBytes(SlotConfig config) {
        return SlabLayout.PAYLOAD + aligned(config.requestBodyBytes());
    }

    /** Regions start where frames and slabs may: two threads' regions share no cache line either. */
    private static long aligned(int bytes) {
        return (bytes + FrameLayout.ALIGNMENT - 1) & -FrameLayout.ALIGNMENT;
    }
}
