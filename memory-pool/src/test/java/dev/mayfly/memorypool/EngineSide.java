package dev.mayfly.memorypool;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.mayfly.engine.FrameLayout;
import dev.mayfly.engine.LogLayout;
import dev.mayfly.engine.MemorySegments;
import dev.mayfly.engine.Operation;
import dev.mayfly.engine.ResponseHeadLayout;
import dev.mayfly.engine.SlabLayout;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Does to a slot what the engine does, by the layouts' documentation, where a test needs states that a real function reaches by luck only. */
final class EngineSide {
    private static final MemorySegment ALL = MemorySegments.ALL;

    private final InvocationSlot slot;
    private final MemorySegment frame;

    EngineSide(InvocationSlot slot) {
        this.slot = slot;
        this.frame = slot.frame().memory();
    }

    /** Appends to a buffer, asking the host for slabs as it goes; returns the host's status once it is not OK. */
    int append(int buffer, byte[] bytes) {
        long first = slot.frame().bufferFirstSlab(buffer);
        long last = frame.get(JAVA_LONG, FrameLayout.BUFFERS_OFFSET + buffer * FrameLayout.BUFFER_BYTES + 8);
        long length = slot.frame().bufferLength(buffer);
        int done = 0;
        int status = Operation.OK;
        while (done < bytes.length) {
            int room = last == 0 ? 0 : capacity(last) - used(last);
            if (room == 0) {
                status = takeSlab(bytes.length - done);
                if (status != Operation.OK) {
                    break;
                }
                long slab = frame.get(JAVA_LONG, FrameLayout.ANSWER_ADDRESS);
                if (last == 0) {
                    first = slab;
                } else {
                    ALL.set(JAVA_LONG, last + SlabLayout.NEXT, slab);
                }
                last = slab;
                continue;
            }
            int take = Math.min(room, bytes.length - done);
            MemorySegment.copy(bytes, done, ALL, JAVA_BYTE, last + SlabLayout.PAYLOAD + used(last), take);
            ALL.set(JAVA_INT, last + SlabLayout.USED_BYTES, used(last) + take);
            done += take;
        }
        slot.frame().setBuffer(buffer, first, last, length + done, FrameLayout.BUFFER_READ_WRITE);
        return status;
    }

    /** Asks for a slab, from the released ones first; it stands in the frame's answer and in no buffer. */
    int takeSlab(long wanted) {
        long released = frame.get(JAVA_LONG, FrameLayout.RELEASED_SLAB);
        if (released != 0) {
            frame.set(JAVA_LONG, FrameLayout.RELEASED_SLAB, ALL.get(JAVA_LONG, released + SlabLayout.NEXT));
            ALL.set(JAVA_LONG, released + SlabLayout.NEXT, 0);
            slot.frame().answer(Operation.OK, released, 0);
            return Operation.OK;
        }
        return slot.grow(wanted);
    }

    /** Drops a buffer: its slabs are for the next one. */
    void drop(int buffer) {
        long slab = slot.frame().bufferFirstSlab(buffer);
        while (slab != 0) {
            long next = ALL.get(JAVA_LONG, slab + SlabLayout.NEXT);
            ALL.set(JAVA_INT, slab + SlabLayout.USED_BYTES, 0);
            ALL.set(JAVA_LONG, slab + SlabLayout.NEXT, frame.get(JAVA_LONG, FrameLayout.RELEASED_SLAB));
            frame.set(JAVA_LONG, FrameLayout.RELEASED_SLAB, slab);
            slab = next;
        }
        slot.frame().setBuffer(buffer, 0, 0, 0, FrameLayout.BUFFER_FREE);
    }

    void respond(List<Map.Entry<String, String>> headers) {
        long at = frame.get(JAVA_LONG, FrameLayout.RESPONSE_HEAD);
        for (Map.Entry<String, String> header : headers) {
            byte[] name = header.getKey().getBytes(StandardCharsets.UTF_8);
            byte[] value = header.getValue().getBytes(StandardCharsets.UTF_8);
            ALL.set(JAVA_INT_UNALIGNED, at + ResponseHeadLayout.NAME_BYTES, name.length);
            ALL.set(JAVA_INT_UNALIGNED, at + ResponseHeadLayout.VALUE_BYTES, value.length);
            MemorySegment.copy(name, 0, ALL, JAVA_BYTE, at + ResponseHeadLayout.TEXT, name.length);
            MemorySegment.copy(value, 0, ALL, JAVA_BYTE, at + ResponseHeadLayout.TEXT + name.length, value.length);
            at += ResponseHeadLayout.TEXT + name.length + value.length;
        }
        frame.set(JAVA_INT, FrameLayout.RESPONSE_HEADERS, headers.size());
    }

    void log(int level, long unixNs, String message) {
        int used = slot.frame().logUsedBytes();
        long at = frame.get(JAVA_LONG, FrameLayout.LOG_REGION) + used;
        byte[] text = message.getBytes(StandardCharsets.UTF_8);
        ALL.set(JAVA_LONG, at + LogLayout.UNIX_NS, unixNs);
        ALL.set(JAVA_INT, at + LogLayout.LEVEL, level);
        ALL.set(JAVA_INT, at + LogLayout.MESSAGE_BYTES, text.length);
        MemorySegment.copy(text, 0, ALL, JAVA_BYTE, at + LogLayout.MESSAGE, text.length);
        frame.set(JAVA_INT, FrameLayout.LOG_USED_BYTES, used + (int) LogLayout.recordBytes(text.length));
    }

    private static int capacity(long slab) {
        return ALL.get(JAVA_INT, slab + SlabLayout.CAPACITY_BYTES);
    }

    private static int used(long slab) {
        return ALL.get(JAVA_INT, slab + SlabLayout.USED_BYTES);
    }
}
