package dev.mayfly.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Field;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class LayoutTest {
    private static final int LAYOUT_CLASSES = 8;

    @Test
    void javaAndTheLibraryAgreeOnEveryOffset() throws ReflectiveOperationException {
        Map<String, Long> library = NativeEngine.layout()
                .lines()
                .map(line -> line.split("=", -1))
                .collect(Collectors.toMap(part -> part[0], part -> Long.parseLong(part[1])));
        for (Map.Entry<String, Long> entry : library.entrySet()) {
            String[] name = entry.getKey().split("\\.", -1);
            Field constant = Class.forName("dev.mayfly.engine." + name[0]).getDeclaredField(name[1]);
            assertEquals(entry.getValue(), ((Number) constant.get(null)).longValue(), entry.getKey());
        }
        long classes = library.keySet().stream()
                .map(name -> name.substring(0, name.indexOf('.')))
                .distinct()
                .count();
        assertEquals(LAYOUT_CLASSES, classes, "the library reports " + library.keySet());
    }

    @Test
    void everyOffsetOfAFrameIsCompared() throws ReflectiveOperationException {
        String reported = NativeEngine.layout();
        for (Field constant : FrameLayout.class.getDeclaredFields()) {
            if (!constant.isSynthetic() && !constant.getName().equals("REQUEST_BODY")) {
                assertTrue(
                        reported.contains("FrameLayout." + constant.getName() + "="),
                        constant.getName() + " is not compared with the library");
            }
        }
    }
}
