package dev.mayfly.host.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.host.testing.Guests;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What a file says of itself, however it was made or damaged. */
final class WasmOutlineTest {
    private static final byte[] MODULE = {0, 'a', 's', 'm', 1, 0, 0, 0};
    private static final byte[] COMPONENT = {0, 'a', 's', 'm', 0x0d, 0, 1, 0};

    private static byte[] bytes(Object... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (Object part : parts) {
            switch (part) {
                case Integer number -> {
                    int rest = number;
                    for (; rest > 0x7f; rest >>>= 7) {
                        out.write(rest | 0x80);
                    }
                    out.write(rest);
                }
                case String text -> out.writeBytes(bytes(text.length(), text.getBytes(StandardCharsets.UTF_8)));
                case byte[] some -> out.writeBytes(some);
                default -> throw new IllegalArgumentException(part.toString());
            }
        }
        return out.toByteArray();
    }

    private static byte[] section(int id, byte[] content) {
        return bytes(id, content.length, content);
    }

    private static byte[] producers(Object... content) {
        return section(0, bytes("producers", bytes(content)));
    }

    private static Map<String, List<String>> producersOf(byte[]... parts) {
        return WasmOutline.of(bytes((Object[]) parts)).producers();
    }

    @Test
    void theToolsOfAComponentAndItsModulesAreListedOnce() {
        byte[] tools = producers(2, "language", 1, "Rust", "", "processed-by", 2, "rustc", "1.95.0", "clang", "21");
        byte[] inner = section(1, bytes(MODULE, tools));
        byte[] nested = section(4, bytes(COMPONENT, section(1, bytes(MODULE, tools))));
        byte[] own = producers(1, "processed-by", 2, "wit-component", "0.254.2", "rustc", "1.95.0");
        assertEquals(
                Map.of(
                        "language",
                        List.of("Rust"),
                        "processed-by",
                        List.of("rustc 1.95.0", "clang 21", "wit-component 0.254.2")),
                producersOf(COMPONENT, inner, nested, own));
    }

    @Test
    void aSectionThatMakesNoSenseIsPassedOverAndTheNextOneRead() {
        byte[] good = producers(1, "language", 1, "C", "23");
        String tooLong = "x".repeat(ProducersSection.TEXT_BYTES_MAX + 1);
        for (byte[] bad : new byte[][] {
            producers(2, "language", 1, "Rust", ""),
            producers(1, "language", 1 << 30, "Rust", ""),
            producers(1, "language", 1, tooLong, ""),
            producers(1 << 30),
            producers(new byte[] {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1}),
            section(0, bytes(1 << 20)),
            section(0, new byte[0])
        }) {
            assertEquals(Map.of("language", List.of("C 23")), producersOf(MODULE, bad, good));
        }
    }

    @Test
    void moreToolsThanAnyFileHasAreLeftOut() {
        ByteArrayOutputStream tools = new ByteArrayOutputStream();
        int count = 10 * ProducersSection.TOOL_COUNT_MAX;
        tools.writeBytes(bytes(1, "processed-by", count));
        for (int i = 0; i < count; i++) {
            tools.writeBytes(bytes("tool" + i, "1"));
        }
        byte[] many = producers(tools.toByteArray());
        byte[] more = producers(1, "language", 1, "Rust", "");
        Map<String, List<String>> listed = producersOf(MODULE, many, more);
        assertEquals(
                ProducersSection.TOOL_COUNT_MAX,
                listed.getOrDefault("processed-by", List.of()).size());
        assertEquals(1, listed.size());
    }

    @Test
    void memoriesAreListedWithTheirBounds() {
        WasmOutline outline = WasmOutline.of(bytes(MODULE, section(5, bytes(3, 0, 17, 1, 1, 512, 9, 100, 200, 0))));
        assertEquals(
                List.of(
                        new WasmOutline.Memory(17 << 16, Long.MAX_VALUE),
                        new WasmOutline.Memory(1 << 16, 512 << 16),
                        new WasmOutline.Memory(100, 200)),
                outline.memories());
        byte[] many = bytes(10_000, new byte[20_000]);
        assertEquals(
                WasmOutline.MEMORY_COUNT_MAX,
                WasmOutline.of(bytes(MODULE, section(5, many))).memories().size());
    }

    @Test
    void whatIsNestedTooDeepIsNotLookedAt() {
        byte[] module = bytes(MODULE, producers(1, "language", 1, "Rust", ""));
        byte[] file = bytes(COMPONENT, section(1, module));
        for (int depth = 1; depth < WasmOutline.DEPTH_MAX - 1; depth++) {
            file = bytes(COMPONENT, section(4, file));
        }
        assertEquals(Map.of("language", List.of("Rust")), WasmOutline.of(file).producers());
        for (int depth = 0; depth < 1000; depth++) {
            file = bytes(COMPONENT, section(4, file));
        }
        assertEquals(Map.of(), WasmOutline.of(file).producers());
    }

    @Test
    void theKindIsKnownByTheFirstBytes() {
        assertEquals(WasmOutline.Kind.CORE_MODULE, WasmOutline.of(MODULE).kind());
        assertEquals(WasmOutline.Kind.COMPONENT, WasmOutline.of(COMPONENT).kind());
        assertEquals(WasmOutline.Kind.TEXT, kindOf("  ;; hello\n(module)"));
        assertEquals(WasmOutline.Kind.TEXT, kindOf("(component)"));
        assertEquals(WasmOutline.Kind.NOT_WEBASSEMBLY, kindOf("\0asm"));
        assertEquals(WasmOutline.Kind.NOT_WEBASSEMBLY, kindOf("# Mayfly"));
        assertEquals(WasmOutline.Kind.NOT_WEBASSEMBLY, kindOf(""));
    }

    private static WasmOutline.Kind kindOf(String text) {
        return WasmOutline.of(text.getBytes(StandardCharsets.UTF_8)).kind();
    }

    @Test
    void aDamagedFileIsReadAsFarAsItMakesSense() {
        byte[] whole = Guests.bytes("components/hello");
        Random random = new Random(6);
        for (int round = 0; round < 2_000; round++) {
            byte[] damaged = Arrays.copyOf(whole, 1 + random.nextInt(whole.length));
            for (int flips = random.nextInt(20); flips > 0; flips--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            WasmOutline outline = WasmOutline.of(damaged);
            assertTrue(outline.memories().size() <= WasmOutline.MEMORY_COUNT_MAX);
        }
        assertEquals(1, WasmOutline.of(Arrays.copyOf(whole, 36_000)).memories().size());
    }
}
