package dev.mayfly.memorypool;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.engine.FrameLayout;
import dev.mayfly.engine.MemorySegments;
import dev.mayfly.engine.RequestHeadLayout;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterProperty;
import org.jspecify.annotations.Nullable;

class RequestHeadTest {
    private static final int ROOM = 1024;
    private static final String ID = "01JD5C3Z8XH6Q0V9K2M4N7P1RS";

    private final SlabPool slabs = new SlabPool(1 << 20);
    private final SlotPool slots = new SlotPool(SlotConfig.defaults().withRequestHeadBytesMax(ROOM), slabs);
    private final InvocationSlot slot = Objects.requireNonNull(slots.tryAcquire());

    /** A header line. */
    record Line(String name, String value) {}

    /** A head as the engine reads it. */
    record Head(String method, String path, @Nullable String query, String id, List<Line> lines) {}

    @AfterProperty
    void close() {
        slot.release();
        slots.close();
        slabs.close();
    }

    @Provide
    Arbitrary<Head> heads() {
        Arbitrary<String> text = Arbitraries.strings().ofMaxLength(40).map(RequestHeadTest::encodable);
        Arbitrary<String> name = Arbitraries.strings()
                .withCharRange('!', '@')
                .withCharRange('a', 'z')
                .ofMaxLength(20);
        Arbitrary<List<Line>> lines =
                Combinators.combine(name, text).as(Line::new).list().ofMaxSize(20);
        return Combinators.combine(text, text, text.injectNull(0.3), text, lines)
                .as(Head::new);
    }

    @Property
    void theEngineReadsWhatWasWrittenOrTheWriterSaysThatItDoesNotFit(@ForAll("heads") Head head) {
        int status = write(head, head.lines.size() + 5);
        if (bytes(head) <= ROOM - 5 * RequestHeadLayout.HEADER_ENTRY_BYTES) {
            assertEquals(RequestHeadWriter.OK, status);
        }
        if (status == RequestHeadWriter.OK) {
            assertEquals(head, read());
        } else {
            assertEquals(RequestHeadWriter.TOO_LARGE, status);
            assertEquals(0, headBytes(), "a head that is not whole is not shown to the engine");
        }
    }

    @Example
    void aHeadMayFillTheRoomToTheLastByte() {
        int fixed = (int) bytes(new Head("GET", "/", null, ID, List.of(new Line("a", ""))));
        Head head = new Head("GET", "/", null, ID, List.of(new Line("a", "v".repeat(ROOM - fixed))));
        assertEquals(RequestHeadWriter.OK, write(head, 1));
        assertEquals(ROOM, headBytes());
        assertEquals(head, read());

        Head oneMore = new Head("GET", "/", null, ID, List.of(new Line("a", "v".repeat(ROOM - fixed + 1))));
        assertEquals(RequestHeadWriter.TOO_LARGE, write(oneMore, 1));
    }

    @Example
    void moreHeadersThanAllowedAreRefused() {
        Line line = new Line("a", "b");
        assertEquals(RequestHeadWriter.OK, write(new Head("GET", "/", null, ID, List.of(line, line)), 2));
        assertEquals(
                RequestHeadWriter.TOO_MANY_HEADERS,
                write(new Head("GET", "/", null, ID, List.of(line, line, line)), 2));
    }

    @Example
    void headersThatDoNotComeLeaveTheirRoom() {
        Head head = new Head("GET", "/orders/7", "x=1", ID, List.of(new Line("accept", "*/*")));
        assertEquals(RequestHeadWriter.OK, write(head, 64));
        assertEquals(bytes(head) + 63 * RequestHeadLayout.HEADER_ENTRY_BYTES, headBytes());
        assertEquals(head, read());
    }

    @Example
    void roomForMoreHeadersThanFitIsNoMistakeOfTheRequest() {
        assertEquals(
                RequestHeadWriter.TOO_LARGE,
                write(new Head("GET", "/", null, ID, List.of()), ROOM),
                "entries alone take more than the room");
    }

    @Example
    void anEmptyQueryIsNotTheSameAsNone() {
        write(new Head("GET", "/", "", ID, List.of()), 0);
        assertEquals("", read().query);
        write(new Head("GET", "/", null, ID, List.of()), 0);
        assertEquals(null, read().query);
    }

    @Example
    void namesComeInLowerCaseAndValuesAsTheyAre() {
        write(new Head("GET", "/", null, ID, List.of(new Line("X-Custom-Ä", "Value Ä"))), 1);
        assertEquals(List.of(new Line("x-custom-Ä", "Value Ä")), read().lines);
    }

    private int write(Head head, int headerCountMax) {
        slot.prepare(InvocationLimits.defaults());
        RequestHeadWriter writer = slot.requestHead();
        writer.start(head.method, head.path, head.query, head.id, headerCountMax);
        for (Line line : head.lines) {
            writer.header(line.name, line.value);
        }
        return writer.finish();
    }

    private int headBytes() {
        return slot.frame().memory().get(JAVA_INT, FrameLayout.REQUEST_HEAD_BYTES);
    }

    private Head read() {
        MemorySegment head =
                MemorySegments.at(slot.frame().memory().get(JAVA_LONG, FrameLayout.REQUEST_HEAD), headBytes());
        int headers = head.get(JAVA_INT, RequestHeadLayout.HEADER_COUNT);
        long[] at = {head.get(JAVA_INT, RequestHeadLayout.TEXT_START)};
        assertTrue(RequestHeadLayout.HEADERS + headers * RequestHeadLayout.HEADER_ENTRY_BYTES <= at[0]);
        String method = next(head, at, head.get(JAVA_INT, RequestHeadLayout.METHOD_BYTES));
        String path = next(head, at, head.get(JAVA_INT, RequestHeadLayout.PATH_BYTES));
        int queryBytes = head.get(JAVA_INT, RequestHeadLayout.QUERY_BYTES);
        String query = queryBytes == -1 ? null : next(head, at, queryBytes);
        String id = next(head, at, head.get(JAVA_INT, RequestHeadLayout.ID_BYTES));
        List<Line> lines = new ArrayList<>();
        for (int i = 0; i < headers; i++) {
            long entry = RequestHeadLayout.HEADERS + i * RequestHeadLayout.HEADER_ENTRY_BYTES;
            lines.add(
                    new Line(next(head, at, head.get(JAVA_INT, entry)), next(head, at, head.get(JAVA_INT, entry + 4))));
        }
        assertEquals(headBytes(), at[0], "the text ends where the head does");
        return new Head(method, path, query, id, lines);
    }

    private static String next(MemorySegment head, long[] at, int bytes) {
        byte[] text = head.asSlice(at[0], bytes).toArray(JAVA_BYTE);
        at[0] += bytes;
        return new String(text, StandardCharsets.UTF_8);
    }

    private static long bytes(Head head) {
        long bytes = RequestHeadLayout.HEADERS + utf8(head.method) + utf8(head.path) + utf8(head.id);
        bytes += head.query == null ? 0 : utf8(head.query);
        for (Line line : head.lines) {
            bytes += RequestHeadLayout.HEADER_ENTRY_BYTES + utf8(line.name) + utf8(line.value);
        }
        return bytes;
    }

    private static long utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    /** What comes back when halves of pairs became question marks. */
    private static String encodable(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }
}
