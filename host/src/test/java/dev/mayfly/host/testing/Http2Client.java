package dev.mayfly.host.testing;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * A client that speaks HTTP/2 from its first byte on, frame by frame, and reads what it is told without looking at it.
 *
 * <p>Threads: one.
 */
public final class Http2Client {
    private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    private static final int HEADERS = 1;
    private static final int RST_STREAM = 3;
    private static final int SETTINGS = 4;
    private static final int PING = 6;
    private static final int END_STREAM_AND_HEADERS = 5;
    private static final byte[] CANCEL = {0, 0, 0, 8};

    private final DataOutputStream out;

    /**
     * Begins on a connection, which is its owner's to close.
     *
     * @param preface how its first bytes go: alone, or with the frames behind them
     */
    public Http2Client(Socket socket, Preface preface) throws IOException {
        Thread.ofVirtual().start(() -> {
            try {
                socket.getInputStream().readAllBytes();
            } catch (IOException over) {
                // Or closed.
            }
        });
        out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream()));
        out.writeBytes(PREFACE);
        if (preface == Preface.ALONE) {
            out.flush();
        }
        frame(SETTINGS, 0, 0, new byte[0]);
    }

    /** How the first bytes of a connection go. */
    public enum Preface {
        ALONE,
        WITH_FRAMES
    }

    /** A request without a body, sent with the next {@link #flush}. Streams have odd numbers that grow. */
    public void get(int stream, String path) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        // :method GET, :scheme http; RFC 7541, literals without Huffman coding.
        head.write(0x82);
        head.write(0x86);
        literal(head, 0x04, path);
        literal(head, 0x01, "localhost");
        frame(HEADERS, END_STREAM_AND_HEADERS, stream, head.toByteArray());
    }

    private static void literal(ByteArrayOutputStream head, int name, String value) throws IOException {
        head.write(name);
        head.write(value.length());
        head.write(value.getBytes(StandardCharsets.US_ASCII));
    }

    /** Gives a request up. */
    public void cancel(int stream) throws IOException {
        frame(RST_STREAM, 0, stream, CANCEL);
    }

    public void ping() throws IOException {
        frame(PING, 0, 0, new byte[8]);
    }

    public void flush() throws IOException {
        out.flush();
    }

    private void frame(int type, int flags, int stream, byte[] payload) throws IOException {
        out.writeInt(payload.length << 8 | type);
        out.writeByte(flags);
        out.writeInt(stream);
        out.write(payload);
    }
}
