package dev.mayfly.host.http;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class StreamResetsTest {
    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int RST_STREAM = 3;

    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();

    StreamResetsTest() {
        sent.writeBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    }

    private void frame(int type, int stream, byte[] payload) {
        ByteBuffer header = ByteBuffer.allocate(9);
        header.putInt((payload.length << 8) | type).put((byte) 0xff).putInt(stream);
        sent.writeBytes(header.array());
        sent.writeBytes(payload);
    }

    /** The bytes of a RST_STREAM for stream 5 as the payload of something else. */
    private static byte[] decoy() {
        return new byte[] {0, 0, 4, RST_STREAM, 0, 0, 0, 0, 5, 0, 0, 0, 8};
    }

    @Test
    void areFoundBetweenOtherFramesHoweverTheBytesArrive() {
        frame(HEADERS, 1, new byte[300]);
        frame(DATA, 1, decoy());
        frame(DATA, 1, new byte[0]);
        frame(RST_STREAM, 3, new byte[4]);
        frame(DATA, 1, new byte[70_000]);
        // The highest bit of a stream's number is reserved.
        frame(RST_STREAM, 7 | Integer.MIN_VALUE, new byte[4]);
        byte[] bytes = sent.toByteArray();
        for (int piece : new int[] {1, 2, 3, 5, 8, 13, 1000, bytes.length}) {
            StreamResets resets = new StreamResets();
            for (int at = 0; at < bytes.length; at += piece) {
                resets.observe(Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + piece)));
            }
            assertTrue(resets.contains(3), "piece=" + piece);
            assertTrue(resets.contains(7), "piece=" + piece);
            assertFalse(resets.contains(1), "piece=" + piece);
            assertFalse(resets.contains(5), "piece=" + piece);
        }
    }

    @Test
    void areKnownAsSoonAsTheirHeaderIsThere() {
        frame(RST_STREAM, 3, new byte[4]);
        byte[] bytes = sent.toByteArray();
        StreamResets resets = new StreamResets();
        resets.observe(Arrays.copyOf(bytes, 24 + 8));
        assertFalse(resets.contains(3));
        resets.observe(new byte[] {bytes[24 + 8]});
        assertTrue(resets.contains(3));
    }
}
