package dev.mayfly.memorypool;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.engine.FrameLayout;
import dev.mayfly.engine.MemorySegments;
import dev.mayfly.engine.Operation;
import dev.mayfly.engine.SlabLayout;
import dev.mayfly.memorypool.testing.NothingLeaked;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InvocationSlotTest {
    private static final int OWN_SLAB = SlotConfig.defaults().requestBodyBytes();
    private static final int RESPONSE = 5;

    private final SlabPool slabs = new SlabPool(96 << 20);
    private final SlotPool slots = new SlotPool(SlotConfig.defaults(), slabs);

    @RegisterExtension
    final NothingLeaked nothingLeaked = new NothingLeaked().watch(slots).watch(slabs);

    private InvocationSlot slot;
    private EngineSide engine;

    @BeforeEach
    void prepare() {
        take(slots, InvocationLimits.defaults());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 64, 16_384, 16_385, 20_480, 100_000, 3_000_001, 64 << 20})
    void aBodyComesOutAsItWentIn(int bytes) throws IOException {
        byte[] body = random(bytes);
        for (int at = 0; at < bytes; at += 50_000) {
            assertEquals(Operation.OK, slot.appendRequestBody(body, at, Math.min(50_000, bytes - at)));
        }
        assertEquals(bytes, slot.bufferLength(FrameLayout.REQUEST_BODY));
        assertEquals(FrameLayout.BUFFER_READ_ONLY, slot.frame().bufferState(FrameLayout.REQUEST_BODY));

        byte[] whole = new byte[bytes + 3];
        slot.copyBuffer(FrameLayout.REQUEST_BODY, whole, 3);
        assertArrayEquals(body, Arrays.copyOfRange(whole, 3, bytes + 3));

        ByteArrayOutputStream pieces = new ByteArrayOutputStream(bytes);
        slot.buffers().take(FrameLayout.REQUEST_BODY).transferTo(pieces);
        assertArrayEquals(body, pieces.toByteArray());
        slot.release();
    }

    @Test
    void aSmallBodyAndASmallAnswerTakeNoSlab() {
        slot.appendRequestBody(random(OWN_SLAB), 0, OWN_SLAB);
        assertEquals(Operation.OK, engine.append(RESPONSE, random(OWN_SLAB)));
        assertEquals(0, slabs.inUse());
        slot.release();
    }

    @Test
    void aBodyPastItsLimitIsRefusedAndOneAtItsLimitIsNot() {
        slot.prepare(InvocationLimits.defaults().withRequestBodyBytesMax(100_000));
        byte[] body = random(100_001);
        assertEquals(Operation.OK, slot.appendRequestBody(body, 0, 99_999));
        assertEquals(Operation.LIMIT_EXCEEDED, slot.appendRequestBody(body, 99_999, 2));
        assertEquals(Operation.OK, slot.appendRequestBody(body, 99_999, 1));
        assertEquals(100_000, slot.bufferLength(FrameLayout.REQUEST_BODY));
        slot.release();
    }

    @Test
    void aBodyWithinItsLimitNeverMeetsTheLimitOfBuffers() {
        int bytes = 1_000_003;
        slot.prepare(InvocationLimits.defaults().withRequestBodyBytesMax(bytes).withBufferBytesMax(bytes));
        byte[] body = random(bytes);
        for (int i = 0; i < bytes; i++) {
            assertEquals(Operation.OK, slot.appendRequestBody(body, i, 1));
        }
        slot.release();
    }

    @Test
    void aBodyIsUnavailableWhenNoSlabIsLeft() {
        slot.release();
        try (SlabPool few = new SlabPool(300_000);
                SlotPool fewSlots = new SlotPool(SlotConfig.defaults(), few)) {
            take(fewSlots, InvocationLimits.defaults());
            byte[] body = random(600_000);
            assertEquals(Operation.UNAVAILABLE, slot.appendRequestBody(body, 0, body.length));
            slot.release();
            assertEquals(0, few.inUse());
        }
    }

    @Test
    void aBufferGrowsUntilTheInvocationHoldsAsMuchAsItMay() {
        int limit = 1 << 20;
        slot.prepare(InvocationLimits.defaults().withRequestBodyBytesMax(0).withBufferBytesMax(limit));
        byte[] bytes = random(2 << 20);
        assertEquals(Operation.LIMIT_EXCEEDED, engine.append(RESPONSE, bytes), "more at once than may be held");

        byte[] piece = random(1000);
        while (engine.append(RESPONSE, piece) == Operation.OK) {
            assertTrue(slot.bufferLength(RESPONSE) <= limit + OWN_SLAB);
        }
        assertEquals(limit + OWN_SLAB, slot.bufferLength(RESPONSE), "all that may be held can be used");
        slot.release();
    }

    @Test
    void growingSaysUnavailableWhenNoSlabIsLeft() {
        List<Long> all = new ArrayList<>();
        for (long slab = slabs.acquire(1 << 20); slab != SlabPool.NONE; slab = slabs.acquire(1 << 20)) {
            all.add(slab);
        }
        assertEquals(Operation.UNAVAILABLE, slot.grow(1));
        assertEquals(
                Operation.UNAVAILABLE,
                slot.frame().memory().get(JAVA_INT, FrameLayout.ANSWER_STATUS),
                "in the frame too");
        all.forEach(slabs::release);
        assertEquals(Operation.OK, slot.grow(1));
        slot.release();
    }

    @Test
    void aLongBufferIsAListOfFewSlabs() {
        byte[] piece = random(1000);
        for (int i = 0; i < 32_000; i++) {
            assertEquals(Operation.OK, engine.append(RESPONSE, piece));
        }
        assertTrue(slabs.inUse() < 100, () -> "slabs=" + slabs.inUse());
        long held = slabs.metrics().stream()
                .mapToLong(m -> (long) m.inUse() * m.payloadBytes())
                .sum();
        assertTrue(held < 2 * 32_000_000, () -> "held=" + held);
        slot.release();
    }

    @Test
    void slabsComeBackFromBuffersDroppedOnesAndNone() {
        byte[] bytes = random(50_000);
        slot.appendRequestBody(bytes, 0, bytes.length);
        engine.append(1, bytes);
        engine.append(2, bytes);
        engine.drop(1);
        engine.append(3, random(10_000));
        engine.takeSlab(70_000);
        slot.grow(70_000);
        assertNotEquals(0, slabs.inUse());
        slot.release();
        assertEquals(0, slabs.inUse());
    }

    @Test
    void slabsComeBackWhateverTheEngineLeftInTheFrame() {
        engine.append(1, random(500_000));
        slot.frame().memory().asSlice(FrameLayout.BUFFERS_OFFSET).fill((byte) 0xff);
        slot.frame().memory().set(JAVA_LONG, FrameLayout.RELEASED_SLAB, -1);
        slot.release();
        assertEquals(0, slabs.inUse());
    }

    @Test
    void slabsComeBackWhenTheSlotIsPreparedAgain() {
        engine.append(1, random(500_000));
        slot.prepare(InvocationLimits.defaults());
        assertEquals(0, slabs.inUse());
        slot.release();
    }

    @Test
    void aPreparedSlotShowsNothingOfItsLastInvocation() {
        slot.requestHead().start("GET", "/secret", null, "id", 0);
        slot.requestHead().finish();
        slot.appendRequestBody(random(40_000), 0, 40_000);
        engine.append(1, random(40_000));
        engine.respond(List.of(Map.entry("a", "b")));
        engine.log(2, 1, "secret");
        MemorySegment memory = slot.frame().memory();
        memory.asSlice(0, FrameLayout.REQUEST_HEAD).fill((byte) 0xff);
        slot.release();

        take(slots, InvocationLimits.defaults());
        assertEquals(memory, slot.frame().memory(), "the same slot again");
        memory = slot.frame().memory();
        long spare = memory.get(JAVA_LONG, FrameLayout.RELEASED_SLAB);
        for (long i = 0; i < FrameLayout.REQUEST_HEAD; i++) {
            if (i < FrameLayout.RELEASED_SLAB || i >= FrameLayout.RELEASED_SLAB + 8) {
                assertEquals(0, memory.get(JAVA_BYTE, i), "offset=" + i);
            }
        }
        assertEquals(0, memory.get(JAVA_INT, FrameLayout.REQUEST_HEAD_BYTES));
        assertEquals(0, slot.bufferLength(FrameLayout.REQUEST_BODY));
        for (long slab : new long[] {spare, slot.frame().bufferFirstSlab(FrameLayout.REQUEST_BODY)}) {
            assertEquals(0, MemorySegments.ALL.get(JAVA_LONG, slab + SlabLayout.NEXT));
            assertEquals(0, MemorySegments.ALL.get(JAVA_INT, slab + SlabLayout.USED_BYTES));
        }
        List<String> lines = new ArrayList<>();
        slot.drainLog((level, unixNs, message, fields) -> lines.add(message));
        assertEquals(List.of(), lines);
        slot.responseHead().start();
        assertFalse(slot.responseHead().next());
        slot.release();
    }

    @Test
    void limitsReachTheEngineThroughTheFrame() {
        slot.prepare(InvocationLimits.defaults()
                .withBufferCountMax(7)
                .withLogBytesMax(11)
                .withMemoryBytesMax(13)
                .withTableElementsMax(17));
        MemorySegment memory = slot.frame().memory();
        assertEquals(7, memory.get(JAVA_INT, FrameLayout.BUFFER_COUNT_MAX));
        assertEquals(11, memory.get(JAVA_LONG, FrameLayout.LOG_BYTES_MAX));
        assertEquals(13, memory.get(JAVA_LONG, FrameLayout.MEMORY_BYTES_MAX));
        assertEquals(17, memory.get(JAVA_LONG, FrameLayout.TABLE_ELEMENTS_MAX));
        slot.release();
    }

    @Test
    void regionsDoNotOverlap() {
        MemorySegment memory = slot.frame().memory();
        SlotConfig config = slots.config();
        long requestBody = slot.frame().bufferFirstSlab(FrameLayout.REQUEST_BODY);
        long spare = memory.get(JAVA_LONG, FrameLayout.RELEASED_SLAB);
        slot.answer().text("x");
        slot.finishAnswer();
        long[][] regions = {
            {memory.address(), FrameLayout.BYTES},
            {requestBody, 128 + config.requestBodyBytes()},
            {spare, 128 + config.requestBodyBytes()},
            {memory.get(JAVA_LONG, FrameLayout.ANSWER_ADDRESS), config.answerBytesMax()},
            {memory.get(JAVA_LONG, FrameLayout.LOG_REGION), memory.get(JAVA_INT, FrameLayout.LOG_REGION_BYTES)},
            {memory.get(JAVA_LONG, FrameLayout.RESPONSE_HEAD), memory.get(JAVA_INT, FrameLayout.RESPONSE_HEAD_MAX)},
            {memory.get(JAVA_LONG, FrameLayout.REQUEST_HEAD), config.requestHeadBytesMax()},
            {memory.address() + InvocationSlot.bytes(config), 0},
        };
        for (int i = 1; i < regions.length; i++) {
            assertTrue(regions[i - 1][0] + regions[i - 1][1] <= regions[i][0], "region " + i);
            assertEquals(0, regions[i][0] % FrameLayout.ALIGNMENT, "region " + i);
        }
        slot.release();
    }

    @Test
    void responseHeadersAreReadAsTheFunctionGaveThem() {
        List<Map.Entry<String, String>> headers = List.of(
                Map.entry("content-type", "text/plain; charset=utf-8"),
                Map.entry("X-Empty", ""),
                Map.entry("x-latin", "Grüße"),
                Map.entry("set-cookie", "a".repeat(4000)));
        engine.respond(headers);
        List<Map.Entry<String, String>> read = new ArrayList<>();
        for (slot.responseHead().start(); slot.responseHead().next(); ) {
            read.add(Map.entry(slot.responseHead().name(), slot.responseHead().value()));
        }
        assertEquals(headers, read);
        slot.release();
    }

    @Test
    void aHeaderLinePastTheRoomIsAnErrorOfOurs() {
        engine.respond(List.of(Map.entry("a", "b")));
        long head = slot.frame().memory().get(JAVA_LONG, FrameLayout.RESPONSE_HEAD);
        MemorySegments.ALL.set(JAVA_INT, head + 4, slots.config().responseHeadBytesMax());
        slot.responseHead().start();
        assertThrows(IllegalStateException.class, slot.responseHead()::next);
        slot.release();
    }

    @Test
    void logLinesAreReadInOrder() {
        engine.log(2, 1_700_000_000_000_000_000L, "started");
        engine.log(4, 1_700_000_000_000_000_001L, "failed: ü");
        engine.log(0, 3, "");
        List<String> lines = new ArrayList<>();
        slot.drainLog((level, unixNs, message, fields) -> lines.add(level + " " + unixNs + " " + message + fields));
        assertEquals(List.of("2 1700000000000000000 started{}", "4 1700000000000000001 failed: ü{}", "0 3 {}"), lines);
        slot.release();
    }

    @Test
    void aBufferIsNotCopiedWhereItDoesNotFit() {
        slot.appendRequestBody(random(100), 0, 100);
        assertThrows(
                IndexOutOfBoundsException.class, () -> slot.copyBuffer(FrameLayout.REQUEST_BODY, new byte[100], 1));
        slot.release();
    }

    @Test
    void aBufferWithFewerBytesThanItsLengthIsAnErrorOfOurs() {
        engine.append(RESPONSE, random(100));
        long slab = slot.frame().bufferFirstSlab(RESPONSE);
        slot.frame().setBuffer(RESPONSE, slab, slab, 101, FrameLayout.BUFFER_READ_WRITE);
        assertThrows(IllegalStateException.class, () -> slot.copyBuffer(RESPONSE, new byte[200], 0));
        assertThrows(
                IllegalStateException.class,
                () -> slot.buffers().take(RESPONSE).transferTo(OutputStream.nullOutputStream()));
        slot.release();
    }

    @Test
    void aReleasedSlotIsNotUsedAgain() {
        slot.release();
        assertThrows(IllegalStateException.class, slot::release);
        assertThrows(IllegalStateException.class, () -> slot.prepare(InvocationLimits.defaults()));
        assertEquals(0, slots.inUse());
    }

    private void take(SlotPool pool, InvocationLimits limits) {
        slot = Objects.requireNonNull(pool.tryAcquire());
        slot.prepare(limits);
        engine = new EngineSide(slot);
    }

    private static byte[] random(int bytes) {
        byte[] random = new byte[bytes];
        new Random(bytes).nextBytes(random);
        return random;
    }
}
