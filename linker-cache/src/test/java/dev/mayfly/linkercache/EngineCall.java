package dev.mayfly.linkercache;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.mayfly.engine.Frame;
import dev.mayfly.engine.FrameLayout;
import dev.mayfly.engine.RequestHeadLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/** A frame with a GET request in it and room for an answer's head: enough to begin a function that asks for no more. */
final class EngineCall implements AutoCloseable {
    private static final int ROOM_BYTES = 64 << 10;

    private final Arena arena = Arena.ofShared();
    final Frame frame;

    EngineCall(String path) {
        MemorySegment memory = arena.allocate(FrameLayout.BYTES, FrameLayout.ALIGNMENT);
        frame = new Frame(memory);
        MemorySegment head = arena.allocate(ROOM_BYTES, 8);
        byte[] text = ("GET" + path + "test").getBytes(StandardCharsets.UTF_8);
        head.set(JAVA_INT, RequestHeadLayout.METHOD_BYTES, 3);
        head.set(JAVA_INT, RequestHeadLayout.PATH_BYTES, path.length());
        head.set(JAVA_INT, RequestHeadLayout.QUERY_BYTES, -1);
        head.set(JAVA_INT, RequestHeadLayout.ID_BYTES, 4);
        head.set(JAVA_INT, RequestHeadLayout.HEADER_COUNT, 0);
        head.set(JAVA_INT, RequestHeadLayout.TEXT_START, (int) RequestHeadLayout.HEADERS);
        MemorySegment.copy(text, 0, head, JAVA_BYTE, RequestHeadLayout.HEADERS, text.length);
        memory.set(JAVA_LONG, FrameLayout.REQUEST_HEAD, head.address());
        memory.set(JAVA_INT, FrameLayout.REQUEST_HEAD_BYTES, (int) RequestHeadLayout.HEADERS + text.length);
        memory.set(JAVA_INT, FrameLayout.BUFFER_COUNT_MAX, FrameLayout.BUFFERS);
        memory.set(JAVA_LONG, FrameLayout.RESPONSE_HEAD, room());
        memory.set(JAVA_INT, FrameLayout.RESPONSE_HEAD_MAX, ROOM_BYTES);
        memory.set(JAVA_LONG, FrameLayout.LOG_REGION, room());
        memory.set(JAVA_INT, FrameLayout.LOG_REGION_BYTES, ROOM_BYTES);
        memory.set(JAVA_LONG, FrameLayout.LOG_BYTES_MAX, (long) ROOM_BYTES);
        memory.set(JAVA_LONG, FrameLayout.MEMORY_BYTES_MAX, 32L << 20);
        memory.set(JAVA_LONG, FrameLayout.TABLE_ELEMENTS_MAX, 1_000L);
        frame.setBuffer(FrameLayout.REQUEST_BODY, 0, 0, 0, FrameLayout.BUFFER_READ_ONLY);
    }

    private long room() {
        return arena.allocate(ROOM_BYTES, 8).address();
    }

    @Override
    public void close() {
        frame.cancel();
        arena.close();
    }
}
