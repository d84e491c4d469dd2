package dev.mayfly.engine;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * One frame with room for a request and its answer: the least a host has to provide. The memory pool is the real one; it is above this module.
 */
final class TestCall implements AutoCloseable {
    private static final int ROOM_BYTES = 64 << 10;
    private static final int SLAB_BYTES = 4096;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment memory = arena.allocate(FrameLayout.BYTES, FrameLayout.ALIGNMENT);
    private final MemorySegment requestHead = arena.allocate(ROOM_BYTES, 8);
    private final MemorySegment responseHead = arena.allocate(ROOM_BYTES, 8);
    private final MemorySegment logRegion = arena.allocate(ROOM_BYTES, 8);
    private final Map<String, String> config;

    final Frame frame = new Frame(memory);
    final List<String> logLines = new ArrayList<>();
    int yields;

    TestCall(Map<String, String> config) {
        this.config = config;
        memory.set(JAVA_LONG, FrameLayout.REQUEST_HEAD, requestHead.address());
        memory.set(JAVA_INT, FrameLayout.BUFFER_COUNT_MAX, FrameLayout.BUFFERS);
        memory.set(JAVA_LONG, FrameLayout.RESPONSE_HEAD, responseHead.address());
        memory.set(JAVA_INT, FrameLayout.RESPONSE_HEAD_MAX, ROOM_BYTES);
        memory.set(JAVA_INT, FrameLayout.LOG_REGION_BYTES, ROOM_BYTES);
        memory.set(JAVA_LONG, FrameLayout.LOG_REGION, logRegion.address());
        memory.set(JAVA_LONG, FrameLayout.LOG_BYTES_MAX, ROOM_BYTES);
        memory.set(JAVA_LONG, FrameLayout.MEMORY_BYTES_MAX, 32L << 20);
        memory.set(JAVA_LONG, FrameLayout.TABLE_ELEMENTS_MAX, 1000);
    }

    TestCall() {
        this(Map.of());
    }

    /** Runs until done or, past {@code yieldsMax} ticks, cancels and returns YIELD. */
    int call(PrelinkedComponent component, String path, String body, int yieldsMax) {
        begin(path, body);
        int status = frame.begin(component);
        while (Status.isSuspended(status)) {
            if (status == Status.OPERATION) {
                answerOperation();
            } else if (++yields > yieldsMax) {
                frame.cancel();
                return Status.YIELD;
            }
            status = frame.resume();
        }
        return status;
    }

    int call(PrelinkedComponent component, String path) {
        return call(component, path, "", Integer.MAX_VALUE);
    }

    /** Writes a request into the frame. */
    void begin(String pathAndQuery, String body) {
        int question = pathAndQuery.indexOf('?');
        String path = question < 0 ? pathAndQuery : pathAndQuery.substring(0, question);
        String query = question < 0 ? "" : pathAndQuery.substring(question + 1);
        requestHead.set(JAVA_INT, RequestHeadLayout.METHOD_BYTES, "GET".length());
        requestHead.set(JAVA_INT, RequestHeadLayout.PATH_BYTES, path.length());
        requestHead.set(JAVA_INT, RequestHeadLayout.QUERY_BYTES, question < 0 ? -1 : query.length());
        requestHead.set(JAVA_INT, RequestHeadLayout.ID_BYTES, 4);
        requestHead.set(JAVA_INT, RequestHeadLayout.HEADER_COUNT, 0);
        requestHead.set(JAVA_INT, RequestHeadLayout.TEXT_START, (int) RequestHeadLayout.HEADERS);
        byte[] text = ("GET" + path + query + "test").getBytes(StandardCharsets.UTF_8);
        MemorySegment.copy(text, 0, requestHead, JAVA_BYTE, RequestHeadLayout.HEADERS, text.length);
        memory.set(JAVA_INT, FrameLayout.REQUEST_HEAD_BYTES, (int) RequestHeadLayout.HEADERS + text.length);
        memory.set(JAVA_INT, FrameLayout.LOG_USED_BYTES, 0);
        memory.set(JAVA_LONG, FrameLayout.MEMORY_BYTES, 0L);
        memory.set(JAVA_LONG, FrameLayout.RELEASED_SLAB, 0L);
        for (int buffer = 1; buffer < FrameLayout.BUFFERS; buffer++) {
            frame.setBuffer(buffer, 0, 0, 0, FrameLayout.BUFFER_FREE);
        }
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        MemorySegment slab = slab();
        MemorySegment.copy(bytes, 0, slab, JAVA_BYTE, SlabLayout.PAYLOAD, bytes.length);
        slab.set(JAVA_INT, SlabLayout.USED_BYTES, bytes.length);
        frame.setBuffer(
                FrameLayout.REQUEST_BODY, slab.address(), slab.address(), bytes.length, FrameLayout.BUFFER_READ_ONLY);
    }

    private MemorySegment slab() {
        MemorySegment slab = arena.allocate(SlabLayout.PAYLOAD + SLAB_BYTES, 8);
        slab.set(JAVA_INT, SlabLayout.CAPACITY_BYTES, SLAB_BYTES);
        return slab;
    }

    private void answerOperation() {
        switch (frame.operation()) {
            case Operation.BUFFER_GROW -> frame.answer(Operation.OK, slab().address(), 0);
            case Operation.LOG_FLUSH -> takeLog();
            case Operation.CONFIG_GET -> {
                // Text has its length in front, in both directions.
                byte[] argument = frame.argumentBytes().toArray(JAVA_BYTE);
                String name = new String(argument, 4, argument.length - 4, StandardCharsets.UTF_8);
                String value = config.get(name);
                if (value == null) {
                    frame.answer(Operation.NOT_FOUND, 0, 0);
                } else {
                    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
                    MemorySegment answer = arena.allocate(4 + bytes.length, 4);
                    answer.set(JAVA_INT, 0, bytes.length);
                    MemorySegment.copy(bytes, 0, answer, JAVA_BYTE, 4, bytes.length);
                    frame.answer(Operation.OK, answer.address(), answer.byteSize());
                }
            }
            default -> throw new AssertionError("operation " + frame.operation());
        }
    }

    void takeLog() {
        long at = 0;
        while (at < frame.logUsedBytes()) {
            int bytes = logRegion.get(JAVA_INT, at + LogLayout.MESSAGE_BYTES);
            byte[] message = logRegion.asSlice(at + LogLayout.MESSAGE, bytes).toArray(JAVA_BYTE);
            logLines.add(
                    logRegion.get(JAVA_INT, at + LogLayout.LEVEL) + " " + new String(message, StandardCharsets.UTF_8));
            at += LogLayout.recordBytes(bytes);
        }
    }

    String responseBody() {
        int body = frame.responseBody();
        StringBuilder text = new StringBuilder();
        long slab = body < 0 ? 0 : frame.bufferFirstSlab(body);
        while (slab != 0) {
            int used = MemorySegments.ALL.get(JAVA_INT, slab + SlabLayout.USED_BYTES);
            text.append(new String(
                    MemorySegments.at(slab + SlabLayout.PAYLOAD, used).toArray(JAVA_BYTE), StandardCharsets.UTF_8));
            slab = MemorySegments.ALL.get(JAVA_LONG, slab + SlabLayout.NEXT);
        }
        return text.toString();
    }

    @Override
    public void close() {
        frame.cancel();
        arena.close();
    }
}
