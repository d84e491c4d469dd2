package dev.mayfly.hostinterfaces;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

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
                slot, new FunctionContext("fn", config, Map.of()), Deadline.in(Duration.ofMinutes(1)), 0);
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
    void anOperationHasOneHandler() {
        OperationTable.Builder builder = OperationTable.builder().with(300, NOTHING);
        assertThrows(IllegalArgumentException.class, () -> builder.with(300, NOTHING));
        assertThrows(IllegalArgumentException.class, () -> builder.with(255, NOTHING));
        assertThrows(IllegalArgumentException.class, () -> builder.with(4096, NOTHING));
    }
}
