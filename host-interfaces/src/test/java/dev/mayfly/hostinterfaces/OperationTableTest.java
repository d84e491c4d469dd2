package dev.mayfly.hostinterfaces;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.mayfly.engine.FrameLayout;
import dev.mayfly.engine.MemorySegments;
import dev.mayfly.engine.Operation;
import dev.mayfly.memorypool.InvocationLimits;
import dev.mayfly.memorypool.InvocationSlot;
import dev.mayfly.memorypool.SlabPool;
import dev.mayfly.memorypool.SlotConfig;
import dev.mayfly.memorypool.SlotPool;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The frame is filled here as the engine fills it; {@code host} tests the same with real functions. */
class OperationTableTest {
    private final Arena arena = Arena.ofConfined();
    private final SlabPool slabs = new SlabPool(1 << 20);
    private final SlotPool slots = new SlotPool(SlotConfig.defaults().withSlotCountMax(1), slabs);
    private final OperationTable table = OperationTable.builder()
            .with(Operation.CONFIG_GET, new ConfigProvider())
            .build();
    private InvocationSlot slot;

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
        byte[] bytes = argument.getBytes(StandardCharsets.UTF_8);
        MemorySegment text = arena.allocate(Math.max(1, bytes.length));
        text.copyFrom(MemorySegment.ofArray(bytes));
        frame.set(JAVA_INT, FrameLayout.OPERATION, operation);
        frame.set(JAVA_LONG, FrameLayout.ARGUMENT_ADDRESS, text.address());
        frame.set(JAVA_LONG, FrameLayout.ARGUMENT_BYTES, bytes.length);
        return new OperationCall(slot, new FunctionContext("fn", config));
    }

    private int status() {
        return slot.frame().memory().get(JAVA_INT, FrameLayout.ANSWER_STATUS);
    }

    private String answer() {
        MemorySegment frame = slot.frame().memory();
        MemorySegment bytes = MemorySegments.at(
                frame.get(JAVA_LONG, FrameLayout.ANSWER_ADDRESS), frame.get(JAVA_LONG, FrameLayout.ANSWER_BYTES));
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
        String value = "v".repeat(SlotConfig.defaults().answerBytesMax() + 1);
        table.perform(call(Operation.CONFIG_GET, "name", Map.of("name", value)));
        assertEquals(Operation.LIMIT_EXCEEDED, status());
    }

    @Test
    void anOperationWithoutHandlerIsABugAndSaysWhich() {
        for (int operation : new int[] {
            Operation.BUFFER_GROW, Operation.CONFIG_GET - 1, Operation.CONFIG_GET + 1, -1, Integer.MAX_VALUE
        }) {
            OperationCall call = call(operation, "", Map.of());
            IllegalStateException e = assertThrows(IllegalStateException.class, () -> table.perform(call));
            assertEquals("no handler for operation=" + operation, e.getMessage());
        }
    }

    @Test
    void anOperationHasOneHandler() {
        OperationTable.Builder builder = OperationTable.builder().with(300, call -> {});
        assertThrows(IllegalArgumentException.class, () -> builder.with(300, call -> {}));
        assertThrows(IllegalArgumentException.class, () -> builder.with(255, call -> {}));
        assertThrows(IllegalArgumentException.class, () -> builder.with(4096, call -> {}));
    }
}
