package dev.mayfly.hostinterfaces;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.api.Test;

/** A body is read once, to its end and no further than asked. */
final class BodyTest {
    private static final byte[] BYTES = {1, 2, 3};

    @Test
    void aBodyOfKnownLengthIsReadToTheEndThatFreesItsConnection() throws IOException {
        boolean[] sawEnd = new boolean[1];
        InputStream stream = new FilterInputStream(new ByteArrayInputStream(BYTES)) {
            @Override
            public int read() throws IOException {
                return seen(super.read());
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                return seen(super.read(bytes, offset, length));
            }

            private int seen(int read) {
                sawEnd[0] |= read < 0;
                return read;
            }
        };
        try (Body body = Body.of(stream, BYTES.length)) {
            assertArrayEquals(BYTES, body.read(100));
        }
        assertTrue(sawEnd[0]);
    }

    @Test
    void aBodyOfUnknownLengthIsReadWhole() throws IOException {
        try (Body body = Body.of(new ByteArrayInputStream(BYTES), Body.UNKNOWN)) {
            assertArrayEquals(BYTES, body.read(100));
        }
    }

    @Test
    void noMoreIsReadThanAskedFor() throws IOException {
        try (Body known = Body.of(BYTES);
                Body unknown = Body.of(new ByteArrayInputStream(BYTES), Body.UNKNOWN)) {
            assertArrayEquals(new byte[] {1, 2}, known.read(2));
            assertArrayEquals(new byte[] {1, 2}, unknown.read(2));
        }
    }

    @Test
    void aBodyOfAnotherLengthThanItWasSaidToHaveBrokeOff() {
        try (Body shorter = Body.of(new ByteArrayInputStream(BYTES), 4);
                Body longer = Body.of(new ByteArrayInputStream(BYTES), 2)) {
            assertThrows(IOException.class, () -> shorter.read(100));
            assertThrows(IOException.class, () -> longer.read(100));
        }
    }
}
