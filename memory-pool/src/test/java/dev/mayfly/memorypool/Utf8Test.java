package dev.mayfly.memorypool;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class Utf8Test {
    /** ASCII, Latin-1, the rest of the plane, pairs, and halves of pairs: in any order. */
    @Provide
    Arbitrary<String> texts() {
        Arbitrary<String> piece = Arbitraries.oneOf(
                Arbitraries.strings().ascii().ofMaxLength(5),
                Arbitraries.strings().withCharRange('\u0080', '\u07ff').ofMaxLength(3),
                Arbitraries.strings().withCharRange('\u0800', '\uffff').ofMaxLength(3),
                Arbitraries.integers().between(0x10000, 0x10ffff).map(Character::toString),
                Arbitraries.chars().range('\ud800', '\udfff').map(String::valueOf));
        return piece.list().ofMaxSize(12).map(pieces -> String.join("", pieces));
    }

    @Property
    void writesWhatTheJdkEncodes(@ForAll("texts") String text) {
        byte[] expected = text.getBytes(StandardCharsets.UTF_8);
        assertArrayEquals(expected, write(text, expected.length));
    }

    @Property
    void saysSoAndKeepsToItsRoomWhenTheTextIsTooLong(@ForAll("texts") String text) {
        int bytes = text.getBytes(StandardCharsets.UTF_8).length;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment room = arena.allocate(bytes + 8);
            for (int less = 1; less <= bytes; less++) {
                room.fill((byte) 0x5a);
                long end = room.address() + bytes - less;
                assertEquals(Utf8.TOO_LONG, Utf8.write(text, room.address(), end));
                for (int i = bytes - less; i < bytes + 8; i++) {
                    assertEquals(0x5a, room.get(JAVA_BYTE, i), "wrote past the end");
                }
            }
        }
    }

    @Example
    void halfAPairBecomesAQuestionMark() {
        assertArrayEquals("a?b".getBytes(StandardCharsets.US_ASCII), write("a\ud83eb", 8));
        assertArrayEquals("?".getBytes(StandardCharsets.US_ASCII), write("\udd9f", 8));
    }

    private static byte[] write(String text, int room) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(Math.max(1, room));
            long end = Utf8.write(text, memory.address(), memory.address() + room);
            return memory.asSlice(0, end - memory.address()).toArray(JAVA_BYTE);
        }
    }
}
