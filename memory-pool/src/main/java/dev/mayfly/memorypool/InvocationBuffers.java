package dev.mayfly.memorypool;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.mayfly.engine.CacheLinePadding;
import dev.mayfly.engine.Frame;
import dev.mayfly.engine.FrameLayout;
import dev.mayfly.engine.MemorySegments;
import dev.mayfly.engine.Operation;
import dev.mayfly.engine.SlabLayout;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * An invocation's buffers as the host uses them, while the invocation is suspended or has not begun.
 *
 * <p>A buffer holds its bytes in slabs, or it is a <em>stream</em>: bytes that are still where they come from. A stream is handed on once, or
 * loaded into slabs because the function asks for its bytes.
 *
 * <p>Threads: the invocation's own. Streams are closed when they are loaded, when the function let go of them (at its next operation), and with
 * the invocation.
 */
public final class InvocationBuffers extends CacheLinePadding {
    /** Length of a stream whose end was not reached. */
    public static final long UNKNOWN = -1;

    /** Not a buffer: the invocation has as many as it may. */
    public static final int NONE = -1;

    private static final MemorySegment ALL = MemorySegments.ALL;
    private static final int PIECE_BYTES = 16 << 10;

    private final Frame frame;
    private final MemorySegment memory;
    private final HeldSlabs held;
    private int countMax;

    /** Made with the first stream: most invocations have none. */
    private @Nullable InputStream @Nullable [] streams;

    InvocationBuffers(Frame frame, HeldSlabs held) {
        this.frame = frame;
        this.memory = frame.memory();
        this.held = held;
    }

    void prepare(InvocationLimits limits) {
        countMax = limits.bufferCountMax();
    }

    /**
     * A new empty buffer, which the function may read and write once it is given to it.
     *
     * @return its index, or {@link #NONE}
     */
    public int create() {
        int made = memory.get(JAVA_INT, FrameLayout.BUFFERS_MADE);
        int buffer = 1;
        while (buffer <= made && frame.bufferState(buffer) != FrameLayout.BUFFER_FREE) {
            buffer++;
        }
        if (buffer >= countMax) {
            return NONE;
        }
        memory.set(JAVA_INT, FrameLayout.BUFFERS_MADE, Math.max(made, buffer));
        frame.setBuffer(buffer, 0, 0, 0, FrameLayout.BUFFER_READ_WRITE);
        return buffer;
    }

    /**
     * A new buffer whose bytes come from {@code stream}, which is closed by this object from here on.
     *
     * @param length how many there are, or {@link #UNKNOWN}
     * @return its index, or {@link #NONE}: then the stream is the caller's to close
     */
    public int createStream(InputStream stream, long length) {
        int buffer = create();
        if (buffer != NONE) {
            attach(buffer, stream, length);
        }
        return buffer;
    }

    /** Has the request's body come from {@code stream}, before the invocation begins and instead of bytes. */
    public void streamRequestBody(InputStream stream, long length) {
        attach(FrameLayout.REQUEST_BODY, stream, length);
    }

    private void attach(int buffer, InputStream stream, long length) {
        @Nullable InputStream[] streams = this.streams;
        if (streams == null) {
            streams = new InputStream[FrameLayout.BUFFERS];
            this.streams = streams;
        }
        streams[buffer] = stream;
        frame.setBuffer(buffer, 0, 0, length, FrameLayout.BUFFER_STREAM);
    }

    public boolean isStream(int buffer) {
        return frame.bufferState(buffer) == FrameLayout.BUFFER_STREAM;
    }

    /** How many bytes there are; {@link #UNKNOWN} only for a stream. */
    public long length(int buffer) {
        return frame.bufferLength(buffer);
    }

    /**
     * A buffer's bytes from the first on. Those of a stream can be taken once: the buffer is empty afterwards, and the caller closes what it got.
     *
     * <p>Bytes in slabs stay; what is read of them must be read before the invocation resumes.
     */
    public InputStream take(int buffer) {
        InputStream stream = detach(buffer);
        return stream == null ? new SlabInputStream(frame.bufferFirstSlab(buffer), length(buffer)) : stream;
    }

    /**
     * Reads the next bytes of a stream, which stays one until its end was reached: the buffer is empty then.
     *
     * @return how many, or -1 at the end
     * @throws IOException when the stream broke off; the buffer is empty then
     */
    public int read(int buffer, byte[] piece) throws IOException {
        @Nullable InputStream[] streams = this.streams;
        InputStream stream = streams == null || !isStream(buffer) ? null : streams[buffer];
        int read = -1;
        try {
            read = stream == null ? -1 : stream.read(piece);
            return read;
        } finally {
            if (read < 0 && streams != null) {
                close(streams, buffer);
                clear(buffer);
            }
        }
    }

    /** Empties a buffer whose bytes are in slabs; the slabs take what is written next. */
    public void empty(int buffer) {
        long first = frame.bufferFirstSlab(buffer);
        for (long slab = first; slab != 0; slab = ALL.get(JAVA_LONG, slab + SlabLayout.NEXT)) {
            ALL.set(JAVA_INT, slab + SlabLayout.USED_BYTES, 0);
        }
        frame.setBufferLastSlab(buffer, first);
        frame.setBufferLength(buffer, 0);
    }

    private @Nullable InputStream detach(int buffer) {
        @Nullable InputStream[] streams = this.streams;
        if (streams == null || !isStream(buffer)) {
            return null;
        }
        InputStream stream = streams[buffer];
        streams[buffer] = null;
        clear(buffer);
        return stream;
    }

    /**
     * Brings all bytes of a stream into slabs. The buffer can only be read afterwards.
     *
     * @return {@link Operation#OK}; or {@link Operation#LIMIT_EXCEEDED}, or {@link Operation#UNAVAILABLE} when the stream broke off or no slab is
     *     left: then the buffer is empty
     */
    public int load(int buffer) {
        try (InputStream stream = detach(buffer)) {
            byte[] piece = new byte[PIECE_BYTES];
            int status = Operation.OK;
            while (stream != null && status == Operation.OK) {
                int read = stream.read(piece);
                if (read < 0) {
                    break;
                }
                status = append(buffer, piece, 0, read);
            }
            if (status != Operation.OK) {
                clear(buffer);
            }
            return status;
        } catch (IOException brokeOff) {
            clear(buffer);
            return Operation.UNAVAILABLE;
        }
    }

    /** Makes it an empty one with the handles it has. What is in slabs stays there until the invocation is over: they are held, not lost. */
    private void clear(int buffer) {
        int handles = frame.bufferHandles(buffer);
        frame.setBuffer(buffer, 0, 0, 0, FrameLayout.BUFFER_READ_ONLY);
        frame.setBufferHandles(buffer, handles);
    }

    /**
     * Puts bytes behind those that a buffer has in slabs.
     *
     * @return {@link Operation#OK}; {@link Operation#LIMIT_EXCEEDED} past {@code buffer-bytes-max}; {@link Operation#UNAVAILABLE} when no slab is left
     */
    public int append(int buffer, byte[] bytes, int offset, int length) {
        return append(buffer, bytes, offset, length, true);
    }

    /** The same with slabs of the pool alone: those of the slot are left to the function. */
    int appendFromPool(int buffer, byte[] bytes, int offset, int length) {
        return append(buffer, bytes, offset, length, false);
    }

    private int append(int buffer, byte[] bytes, int offset, int length, boolean releasedFirst) {
        long slab = frame.bufferLastSlab(buffer);
        int from = offset;
        int left = length;
        while (left > 0) {
            int take = slab == 0 ? 0 : Math.min(left, room(slab));
            if (take == 0) {
                long next = releasedFirst ? takeSlab(left) : held.take(left);
                if (next == SlabPool.NONE || next == HeldSlabs.LIMIT_EXCEEDED) {
                    return next == SlabPool.NONE ? Operation.UNAVAILABLE : Operation.LIMIT_EXCEEDED;
                }
                link(buffer, slab, next);
                slab = next;
                continue;
            }
            int used = ALL.get(JAVA_INT, slab + SlabLayout.USED_BYTES);
            MemorySegment.copy(bytes, from, ALL, JAVA_BYTE, slab + SlabLayout.PAYLOAD + used, take);
            ALL.set(JAVA_INT, slab + SlabLayout.USED_BYTES, used + take);
            from += take;
            left -= take;
        }
        frame.setBufferLength(buffer, frame.bufferLength(buffer) + length);
        return Operation.OK;
    }

    private static int room(long slab) {
        return ALL.get(JAVA_INT, slab + SlabLayout.CAPACITY_BYTES) - ALL.get(JAVA_INT, slab + SlabLayout.USED_BYTES);
    }

    private void link(int buffer, long last, long next) {
        if (last == 0) {
            frame.setBufferFirstSlab(buffer, next);
        } else {
            ALL.set(JAVA_LONG, last + SlabLayout.NEXT, next);
        }
        frame.setBufferLastSlab(buffer, next);
    }

    /** One that a dropped buffer left behind, or one from the pool; both are empty and linked to nothing. */
    private long takeSlab(long bytesWanted) {
        long released = memory.get(JAVA_LONG, FrameLayout.RELEASED_SLAB);
        if (released != 0) {
            memory.set(JAVA_LONG, FrameLayout.RELEASED_SLAB, ALL.get(JAVA_LONG, released + SlabLayout.NEXT));
            ALL.set(JAVA_LONG, released + SlabLayout.NEXT, 0);
            return released;
        }
        return held.take(bytesWanted);
    }

    /** Closes the streams whose buffers the function let go of. */
    void closeDropped() {
        @Nullable InputStream[] streams = this.streams;
        if (streams == null) {
            return;
        }
        for (int buffer = 0; buffer < streams.length; buffer++) {
            if (streams[buffer] != null && !isStream(buffer)) {
                close(streams, buffer);
            }
        }
    }

    void closeAll() {
        @Nullable InputStream[] streams = this.streams;
        if (streams == null) {
            return;
        }
        for (int buffer = 0; buffer < streams.length; buffer++) {
            close(streams, buffer);
        }
        this.streams = null;
    }

    private static void close(@Nullable InputStream[] streams, int buffer) {
        InputStream stream = streams[buffer];
        streams[buffer] = null;
        if (stream != null) {
            try {
                stream.close();
            } catch (IOException e) {
                // Nobody wants its bytes any more, so nothing is lost.
            }
        }
    }

    /** The bytes of a list of slabs. */
    private static final class SlabInputStream extends InputStream {
        private long slab;
        private long left;
        private int at;

        SlabInputStream(long slab, long length) {
            this.slab = slab;
            this.left = length;
        }

        @Override
        public int read() {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) {
            if (left == 0) {
                return -1;
            }
            int used = used(slab);
            while (at == used) {
                slab = ALL.get(JAVA_LONG, slab + SlabLayout.NEXT);
                at = 0;
                used = used(slab);
            }
            int take = (int) Math.min(Math.min(length, used - at), left);
            MemorySegment.copy(ALL, JAVA_BYTE, slab + SlabLayout.PAYLOAD + at, bytes, offset, take);
            at += take;
            left -= take;
            return take;
        }

        /** An array of the right size: the inherited method begins with 16 KiB. */
        @Override
        public byte[] readNBytes(int length) throws IOException {
            byte[] bytes = new byte[(int) Math.min(length, left)];
            readNBytes(bytes, 0, bytes.length);
            return bytes;
        }

        private int used(long slab) {
            if (slab == 0) {
                throw new IllegalStateException("a buffer's slabs hold less than its length: missing=" + left);
            }
            return ALL.get(JAVA_INT, slab + SlabLayout.USED_BYTES);
        }

        @Override
        public int available() {
            return (int) Math.min(left, Integer.MAX_VALUE);
        }
    }
}
