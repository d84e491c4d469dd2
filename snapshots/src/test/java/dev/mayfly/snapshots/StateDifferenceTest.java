package dev.mayfly.snapshots;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What differs between two captured states is found to the byte. */
final class StateDifferenceTest {
    private static final int PAGE = StateDifference.PAGE_BYTES;

    @TempDir
    private Path folder;

    private Path state(String name, Map<String, byte[]> values) throws IOException {
        Path file = folder.resolve(name);
        try (OutputStream out = Files.newOutputStream(file)) {
            for (Map.Entry<String, byte[]> value : values.entrySet()) {
                byte[] text = value.getKey().getBytes(StandardCharsets.UTF_8);
                ByteBuffer head = ByteBuffer.allocate(16).order(ByteOrder.nativeOrder());
                out.write(head.putLong(text.length)
                        .putLong(value.getValue().length)
                        .array());
                out.write(text);
                out.write(value.getValue());
            }
        }
        return file;
    }

    private StateDifference between(byte[] one, byte[] other) throws IOException {
        return StateDifference.between(state("one", Map.of("memory", one)), state("other", Map.of("memory", other)));
    }

    private static byte[] changed(int size, int... at) {
        byte[] bytes = new byte[size];
        for (int i : at) {
            bytes[i] = 1;
        }
        return bytes;
    }

    @Test
    void equalStatesDontDiffer() throws IOException {
        assertEquals(new StateDifference(0, 0, List.of()), between(changed(3 * PAGE, 5), changed(3 * PAGE, 5)));
    }

    @Test
    void eachByteCountsAndNeighbouringPagesAreOneRange() throws IOException {
        assertEquals(
                new StateDifference(4, 3, List.of("memory 0x0-0x1fff", "memory 0x4000-0x4fff")),
                between(changed(6 * PAGE), changed(6 * PAGE, 0, PAGE - 1, PAGE, 4 * PAGE + 7)));
    }

    @Test
    void aMemoryThatIsShorterIsFilledUpWithZeros() throws IOException {
        byte[] longer = changed(2 * PAGE + 10, PAGE + 3, 2 * PAGE + 9);
        StateDifference expected = new StateDifference(2, 2, List.of("memory 0x1000-0x2009"));
        assertEquals(expected, between(changed(PAGE), longer));
        assertEquals(expected, between(longer, changed(PAGE)));
        assertEquals(new StateDifference(0, 0, List.of()), between(changed(PAGE), changed(5 * PAGE)));
    }

    @Test
    void globalsCountAsWellAndWhoAskedDoesNot() throws IOException {
        Path one = state("one", Map.of("global", new byte[] {1, 2}, "asked", new byte[] {'a'}));
        Path other = state("other", Map.of("global", new byte[] {1, 3}, "asked", new byte[] {'b', 'c'}));
        assertEquals(new StateDifference(1, 1, List.of("global 0x0-0x1")), StateDifference.between(one, other));
    }

    @Test
    void soManyRangesAreNamedAtMost() throws IOException {
        int[] every = new int[20];
        for (int i = 0; i < every.length; i++) {
            every[i] = 2 * i * PAGE;
        }
        StateDifference difference = between(changed(40 * PAGE), changed(40 * PAGE, every));
        assertEquals(20, difference.pages());
        assertEquals(StateDifference.RANGE_COUNT_MAX, difference.ranges().size());
    }
}
