package dev.mayfly.host.invoke;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FunctionLogTest {
    private final FunctionLog log = new FunctionLog();

    private List<String> messages(long after) {
        return log.after(after).stream().map(FunctionLog.Line::message).toList();
    }

    @Test
    void givesTheLinesThatCameAfterTheOneSeenLast() {
        log.append(1, 2, "id", "one", Map.of());
        log.append(2, 3, "id", "two", Map.of());
        assertEquals(List.of("one", "two"), messages(0));
        assertEquals(List.of("two"), messages(1));
        assertEquals(List.of(), messages(2));
        assertEquals(List.of(), messages(Long.MAX_VALUE));
        assertEquals(
                new FunctionLog.Line(2, 2, 3, "id", "two", Map.of()),
                log.after(1).getFirst());
    }

    @Test
    void keepsTheLastThousandLinesAndGoesOnCounting() {
        for (int i = 1; i <= 1_500; i++) {
            log.append(i, 2, "id", "line " + i, Map.of());
        }
        List<FunctionLog.Line> lines = log.after(0);
        assertEquals(1_000, lines.size());
        assertEquals(501, lines.getFirst().sequence());
        assertEquals("line 1500", lines.getLast().message());
    }

    @Test
    void isBoundedByCharactersToo() {
        String long8Ki = "x".repeat(8 << 10);
        for (int i = 0; i < 100; i++) {
            log.append(i, 2, "id", long8Ki, Map.of());
        }
        int characters =
                log.after(0).stream().mapToInt(line -> line.message().length()).sum();
        assertTrue(characters <= 256 << 10, "characters=" + characters);
        assertEquals(100, log.after(0).getLast().sequence());
    }
}
