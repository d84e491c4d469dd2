package dev.mayfly.hostinterfaces;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.engine.FrameLayout;
import dev.mayfly.engine.MemorySegments;
import dev.mayfly.engine.Operation;
import dev.mayfly.memorypool.AnswerWriter;
import dev.mayfly.memorypool.InvocationLimits;
import dev.mayfly.memorypool.InvocationSlot;
import dev.mayfly.memorypool.SlabPool;
import dev.mayfly.memorypool.SlotConfig;
import dev.mayfly.memorypool.SlotPool;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The frame is filled here as the engine fills it; {@code host} tests the same with real functions. */
class OperationTableTest {
    private static final OperationHandler NOTHING = (call, parameters, result) -> {};

    private final Arena arena = Arena.ofConfined();
    private final SlabPool slabs = new SlabPool(4 << 20);
    private final SlotPool slots = new SlotPool(SlotConfig.defaults().withSlotCountMax(1), slabs);
    private final OperationTable table = table();
    private InvocationSlot slot;

    private static OperationTable table() {
        OperationTable.Builder table = OperationTable.builder();
        ConfigOperations.addTo(table);
        return table.build();
    }

    @BeforeEach
    void takeSlot() {
        slot = Objects.requireNonNull(slots.tryAcquire());
        slot.prepare(InvocationLimits.defaults());
    }

    @AfterEach
    void giveBack() {
        slot.release();
        slots.close();
        slabs.close();
        arena.close();
    }

    @Test
    void operationsEndBeforeTheirInvocationSoThatTheFunctionCanActOnAFailure() {
        assertEquals(Duration.ofMillis(100), timeLeftByOperations(Duration.ofMinutes(1)));
        assertEquals(Duration.ofMillis(20), timeLeftByOperations(Duration.ofMillis(200)));
    }

    private Duration timeLeftByOperations(Duration time) {
        Deadline deadline = Deadline.in(time);
        try (OperationCall call = new OperationCall(
                slot, new FunctionContext("fn", Map.of(), Map.of()), deadline, time.toNanos(), Ancestry.NONE)) {
            assertEquals(deadline, call.invocationDeadline());
            return Duration.ofNanos(deadline.atNs() - call.deadline().atNs());
        }
    }

    private OperationCall call(int operation, String argument, Map<String, String> config) {
        MemorySegment frame = slot.frame().memory();
        byte[] utf8 = argument.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(4 + utf8.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(utf8.length)
                .put(utf8);
        MemorySegment text = arena.allocate(bytes.capacity());
        text.copyFrom(MemorySegment.ofArray(bytes.array()));
        frame.set(JAVA_INT, FrameLayout.OPERATION, operation);
        frame.set(JAVA_LONG, FrameLayout.ARGUMENT_ADDRESS, text.address());
        frame.set(JAVA_LONG, FrameLayout.ARGUMENT_BYTES, bytes.capacity());
        return new OperationCall(
                slot,
                new FunctionContext("fn", config, Map.of()),
                Deadline.in(Duration.ofMinutes(1)),
                Duration.ofMinutes(1).toNanos(),
                Ancestry.NONE);
    }

    private int status() {
        return slot.frame().memory().get(JAVA_INT, FrameLayout.ANSWER_STATUS);
    }

    /** The text that was answered, its length in front left out. */
    private String answer() {
        MemorySegment frame = slot.frame().memory();
        MemorySegment bytes = MemorySegments.at(
                frame.get(JAVA_LONG, FrameLayout.ANSWER_ADDRESS) + 4,
                frame.get(JAVA_LONG, FrameLayout.ANSWER_BYTES) - 4);
        return new String(bytes.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
    }

    @Test
    void configAnswersTheFunctionsOwnValue() {
        table.perform(call(Operation.CONFIG_GET, "grüße", Map.of("grüße", "schöne €", "other", "x")));
        assertEquals(Operation.OK, status());
        assertEquals("schöne €", answer());
    }

    @Test
    void configSaysWhatIsNotSet() {
        table.perform(call(Operation.CONFIG_GET, "Name", Map.of("name", "names are case-sensitive")));
        assertEquals(Operation.NOT_FOUND, status());
    }

    @Test
    void configTellsAnEmptyValueFromNone() {
        table.perform(call(Operation.CONFIG_GET, "", Map.of("", "")));
        assertEquals(Operation.OK, status());
        assertEquals("", answer());
    }

    @Test
    void anAnswerThatDoesNotFitIsALimitAndNoOverrun() {
        int most = (int) AnswerWriter.bytesMax() - 4;
        table.perform(call(Operation.CONFIG_GET, "name", Map.of("name", "v".repeat(most))));
        assertEquals(Operation.OK, status());
        assertEquals("v".repeat(most), answer());
        table.perform(call(Operation.CONFIG_GET, "name", Map.of("name", "v".repeat(most + 1))));
        assertEquals(Operation.LIMIT_EXCEEDED, status());
    }

    @Test
    void anOperationWithoutHandlerIsABugAndSaysWhich() {
        for (int operation : new int[] {
            Operation.BUFFER_GROW, Operation.CONFIG_GET - 1, Operation.CONFIG_GET_ALL + 1, -1, Integer.MAX_VALUE
        }) {
            OperationCall call = call(operation, "", Map.of());
            IllegalStateException e = assertThrows(IllegalStateException.class, () -> table.perform(call));
            assertEquals("no handler for operation=" + operation, e.getMessage());
        }
    }

    @Test
    void everyOperationHasAKind() {
        assertEquals(OperationKind.CONFIG, OperationKind.of(Operation.CONFIG_GET));
        assertEquals(OperationKind.SECRETS, OperationKind.of(Operation.SECRET_GET));
        assertEquals(OperationKind.CONFIG, OperationKind.of(Operation.CONFIG_GET_ALL));
        assertEquals(OperationKind.KV, OperationKind.of(Operation.KV_GET));
        assertEquals(OperationKind.KV, OperationKind.of(Operation.KV_KEYS));
        assertEquals(OperationKind.SQL, OperationKind.of(Operation.SQL_QUERY));
        assertEquals(OperationKind.SQL, OperationKind.of(Operation.SQL_ROWS_NEXT));
        assertEquals(OperationKind.BLOB, OperationKind.of(Operation.BLOB_GET));
        assertEquals(OperationKind.BLOB, OperationKind.of(Operation.BLOB_LIST));
        assertEquals(OperationKind.HTTP, OperationKind.of(Operation.HTTP_SEND));
        assertEquals(OperationKind.PUBSUB, OperationKind.of(Operation.EVENT_PUBLISH));
        assertEquals(OperationKind.FUNCTIONS, OperationKind.of(Operation.EVENT_SPAWN));
        assertEquals(OperationKind.FUNCTIONS, OperationKind.of(Operation.FUNCTION_CALL));
        assertEquals(OperationKind.CUSTOM, OperationKind.of(Operation.CUSTOM_CALL));
    }

    private OperationCall limited(OperationLimits limits, Ancestry ancestry) {
        OperationCall call = call(Operation.CONFIG_GET, "k", Map.of());
        return new OperationCall(
                slot,
                new FunctionContext(call.function().name(), Map.of("k", "v"), Map.of(), limits),
                call.invocationDeadline(),
                Duration.ofMinutes(1).toNanos(),
                ancestry);
    }

    @Test
    void oneOperationTooManyFailsAndIsRemembered() {
        OperationCall call = limited(new OperationLimits(2, 8, 8, 1_000), Ancestry.NONE);
        table.perform(call);
        table.perform(call);
        assertEquals(Operation.OK, status());
        assertFalse(call.limitsPassed().contains(OperationLimits.Kind.OPERATION_COUNT_MAX));
        table.perform(call);
        assertEquals(Operation.LIMIT_EXCEEDED, status());
        assertTrue(call.limitsPassed().contains(OperationLimits.Kind.OPERATION_COUNT_MAX));
        assertEquals(3, call.counts().of(OperationKind.CONFIG));
    }

    @Test
    void whatOperationsCarryOutIsCountedAndBounded() {
        // A name of one letter, its length in front.
        OperationCall call = limited(new OperationLimits(100, 8, 8, 12), Ancestry.NONE);
        table.perform(call);
        table.perform(call);
        assertEquals(Operation.OK, status());
        assertEquals(10, call.egressBytes());
        table.perform(call);
        assertEquals(Operation.LIMIT_EXCEEDED, status());
        assertTrue(call.limitsPassed().contains(OperationLimits.Kind.EGRESS_BYTES_MAX));
    }

    @Test
    void callsAndSpawnsHaveDepthsOfTheirOwn() {
        OperationCall call = limited(new OperationLimits(100, 2, 3, 12), new Ancestry(1, 2));
        assertEquals(new Ancestry(2, 2), call.ofCalled());
        assertEquals(new Ancestry(0, 3), call.ofSpawned());
        OperationCall deepest = limited(new OperationLimits(100, 2, 3, 12), new Ancestry(2, 3));
        assertThrows(HostError.class, deepest::ofCalled);
        assertThrows(HostError.class, deepest::ofSpawned);
        assertTrue(deepest.limitsPassed().contains(OperationLimits.Kind.CALL_DEPTH_MAX));
        assertTrue(deepest.limitsPassed().contains(OperationLimits.Kind.SPAWN_DEPTH_MAX));
    }

    @Test
    void anOperationHasOneHandler() {
        OperationTable.Builder builder = OperationTable.builder().with(300, NOTHING);
        assertThrows(IllegalArgumentException.class, () -> builder.with(300, NOTHING));
        assertThrows(IllegalArgumentException.class, () -> builder.with(255, NOTHING));
        assertThrows(IllegalArgumentException.class, () -> builder.with(4096, NOTHING));
    }
}
