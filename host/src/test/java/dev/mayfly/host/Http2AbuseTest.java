package dev.mayfly.host;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.host.testing.Raw;
import dev.mayfly.host.testing.TestHost;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients of HTTP/2 that do what costs them nothing and a host a lot, frame by frame. */
@Timeout(120)
final class Http2AbuseTest {
    private static final int HEADERS = 1;
    private static final int RST_STREAM = 3;
    private static final int SETTINGS = 4;
    private static final int PING = 6;
    private static final int END_STREAM_AND_HEADERS = 5;
    private static final int CANCEL = 8;
    /** More than any host that looks after itself takes of one connection. */
    private static final int FRAMES = 200_000;

    private static void frame(DataOutputStream out, int type, int flags, int stream, byte[] payload)
            throws IOException {
        out.writeInt(payload.length << 8 | type);
        out.writeByte(flags);
        out.writeInt(stream);
        out.write(payload);
    }

    /** {@code GET path}: RFC 7541, literals without Huffman coding. */
    private static byte[] get(String path) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        // :method GET, :scheme http
        head.write(0x82);
        head.write(0x86);
        literal(head, 0x04, path);
        literal(head, 0x01, "localhost");
        return head.toByteArray();
    }

    private static void literal(ByteArrayOutputStream head, int name, String value) throws IOException {
        head.write(name);
        head.write(value.length());
        head.write(value.getBytes(StandardCharsets.US_ASCII));
    }

    @FunctionalInterface
    private interface Abuse {
        void send(DataOutputStream out, int stream) throws IOException;
    }

    /** Goes on until the host ends the connection, while others call; returns how many frames it took. */
    private static int abuse(TestHost host, Abuse abuse) throws Exception {
        CompletableFuture<Integer> taken = CompletableFuture.supplyAsync(() -> {
            int sent = 0;
            try (Socket socket = host.connect()) {
                // What it is told doesn't interest it, and it reads until there is nothing more to read.
                Thread.ofVirtual().start(() -> {
                    try {
                        socket.getInputStream().readAllBytes();
                    } catch (IOException over) {
                        // As it should be.
                    }
                });
                Raw.write(socket, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
                DataOutputStream out = new DataOutputStream(new java.io.BufferedOutputStream(socket.getOutputStream()));
                frame(out, SETTINGS, 0, 0, new byte[0]);
                for (; sent < FRAMES; sent++) {
                    abuse.send(out, 2 * sent + 1);
                    out.flush();
                }
            } catch (IOException cutOff) {
                return sent;
            }
            return sent;
        });
        long slowestNs = 0;
        do {
            long startNs = System.nanoTime();
            host.get("/f/echo").expect(200);
            slowestNs = Math.max(slowestNs, System.nanoTime() - startNs);
        } while (!taken.isDone());
        assertTrue(slowestNs < Duration.ofSeconds(5).toNanos(), "others wait for " + slowestNs + " ns");
        host.expectNothingTaken();
        return taken.get();
    }

    @Test
    void aClientThatResetsItsRequestsAtOnceIsCutOffAndOthersAreServed() throws Exception {
        try (TestHost host = TestHost.start()) {
            host.deploy("echo", "echo");
            host.deploy("probe", "probe");
            byte[] spin = get("/f/probe/spin");
            byte[] cancel = {0, 0, 0, CANCEL};
            int taken = abuse(host, (out, stream) -> {
                frame(out, HEADERS, END_STREAM_AND_HEADERS, stream, spin);
                frame(out, RST_STREAM, 0, stream, cancel);
            });
            assertTrue(taken < FRAMES, "the host took as many resets as the client had");
        }
    }

    @Test
    void aClientThatFloodsWithPingsKeepsNobodyFromBeingServed() throws Exception {
        try (TestHost host = TestHost.start()) {
            host.deploy("echo", "echo");
            abuse(host, (out, stream) -> frame(out, PING, 0, 0, new byte[8]));
        }
    }
}
