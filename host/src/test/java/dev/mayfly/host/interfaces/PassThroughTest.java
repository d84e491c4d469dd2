package dev.mayfly.host.interfaces;

import static dev.mayfly.host.interfaces.ErrandHost.path;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.host.Limits;
import dev.mayfly.host.testing.TestHost;
import dev.mayfly.hostinterfaces.testing.RawUpstream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Bodies of 256 MiB go through a function whose memory is 2 MiB, and through a host that takes less than 16 MiB off its heap for them. */
@Timeout(120)
final class PassThroughTest {
    private static final long MIB = 1L << 20;
    private static final long BODY_BYTES = 256 * MIB;
    private static final long OFF_HEAP_BYTES_BELOW = 16 * MIB;
    private static final List<BufferPoolMXBean> NIO_BUFFERS =
            ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class);
    private static final int SEED = 7;

    private static final Limits LIMITS = Limits.defaults()
            .withMemoryBytesMax(2 * MIB)
            .withBufferBytesMax(BODY_BYTES)
            .withRequestBodyBytesMax(BODY_BYTES)
            .withResponseBodyBytesMax(BODY_BYTES)
            .withDeadline(Duration.ofMinutes(1));

    private static final HttpClient CLIENT = TestHost.client(HttpClient.Version.HTTP_1_1);

    @TempDir
    private Path folder;

    /** Bytes that are the same each time, and nowhere the same as elsewhere. */
    private static final class Noise extends InputStream {
        private final Random random = new Random(SEED);
        private final byte[] block = new byte[1 << 16];
        private long left;
        private int at = block.length;

        Noise(long bytes) {
            left = bytes;
        }

        @Override
        public int read() {
            throw new UnsupportedOperationException("one by one it would take for ever");
        }

        @Override
        public int read(byte[] to, int offset, int count) {
            if (left == 0) {
                return -1;
            }
            if (at == block.length) {
                random.nextBytes(block);
                at = 0;
            }
            int read = (int) Math.min(Math.min(count, block.length - at), left);
            System.arraycopy(block, at, to, offset, read);
            at += read;
            left -= read;
            return read;
        }
    }

    private static byte[] digest(InputStream bytes) throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            long length = new DigestInputStream(bytes, digest).transferTo(OutputStream.nullOutputStream());
            assertEquals(BODY_BYTES, length);
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    /**
     * Runs it and returns the most memory off the heap that was taken meanwhile: by slabs, which the pool keeps once it made them, and by buffers of NIO, the test client's
     * included.
     */
    private static double offHeapBytes(ErrandHost host, Callable<?> work) throws Exception {
        CompletableFuture<Object> done = CompletableFuture.supplyAsync(() -> {
            try {
                return work.call();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
        double before = nioBytes();
        double most = 0;
        do {
            double bytes = nioBytes() - before;
            for (String size : new String[] {"4096", "65536", "1048576"}) {
                bytes += host.host().metric("mayfly_slabs_bytes{payload_bytes=\"" + size + "\"}");
            }
            most = Math.max(most, bytes);
        } while (!done.isDone());
        done.get();
        return most;
    }

    private static long nioBytes() {
        return NIO_BUFFERS.stream().mapToLong(BufferPoolMXBean::getMemoryUsed).sum();
    }

    private static void expectSameBytes(ErrandHost host, String path) throws Exception {
        HttpResponse<InputStream> response =
                CLIENT.send(host.host().request(path).build(), BodyHandlers.ofInputStream());
        assertEquals(200, response.statusCode());
        try (InputStream body = response.body()) {
            assertArrayEquals(digest(new Noise(BODY_BYTES)), digest(body));
        }
    }

    @Test
    void aRequestsBodyIsStoredAndAnotherRequestGetsTheSameBytes() throws Exception {
        try (ErrandHost host =
                ErrandHost.start(folder, LIMITS, "images: {kind: blob, provider: folder, folder: images}")) {
            host.grant("images");
            double bytes = offHeapBytes(host, () -> {
                String stored = CLIENT.send(
                                host.request("blob/put", "container=images", "key=large")
                                        .POST(BodyPublishers.fromPublisher(
                                                BodyPublishers.ofInputStream(() -> new Noise(BODY_BYTES)), BODY_BYTES))
                                        .build(),
                                BodyHandlers.ofString())
                        .body();
                assertTrue(stored.contains("length " + BODY_BYTES), stored);
                expectSameBytes(host, path("blob/get", "container=images", "key=large"));
                return stored;
            });
            assertTrue(bytes < OFF_HEAP_BYTES_BELOW, "bytes off the heap: " + bytes);
        }
    }

    @Test
    void anUpstreamsAnswerGoesToTheClientAndToAStore() throws Exception {
        try (RawUpstream upstream = new RawUpstream((socket, in, out) -> {
                    for (String head = RawUpstream.readHead(in); !head.isEmpty(); head = RawUpstream.readHead(in)) {
                        out.write(("HTTP/1.1 200 OK\r\nContent-Length: " + BODY_BYTES + "\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
                        new Noise(BODY_BYTES).transferTo(out);
                    }
                });
                ErrandHost host = ErrandHost.start(folder, LIMITS, """
                        images: {kind: blob, provider: folder, folder: images}
                        shop:
                          kind: http
                          origin: %s
                          allow-private-addresses: true
                          response-body-bytes-max: 256MiB
                        """.formatted(upstream.origin()))) {
            host.grant("images", "shop");
            double bytes = offHeapBytes(host, () -> {
                expectSameBytes(host, path("http/send", "upstream=shop", "path=/"));
                String stored = host.get("http/store", "upstream=shop", "path=/", "container=images", "key=large")
                        .text();
                assertEquals(Long.toString(BODY_BYTES), stored);
                return stored;
            });
            assertTrue(bytes < OFF_HEAP_BYTES_BELOW, "bytes off the heap: " + bytes);
            assertEquals(1, upstream.accepted(), "the connection was kept");
        }
    }

    @Test
    void aValueGoesFromTheRequestToAStoreAndFromThereToTheResponse() throws Exception {
        byte[] value = new Noise(MIB).readNBytes((int) MIB);
        try (ErrandHost host = ErrandHost.start(folder, LIMITS, "sessions: {kind: kv, provider: memory}")) {
            host.grant("sessions");
            double bytes = offHeapBytes(host, () -> {
                for (int i = 0; i < 50; i++) {
                    host.host()
                            .post(path("kv/set", "store=sessions", "key=k" + i), value)
                            .expect(204);
                    assertArrayEquals(
                            value,
                            host.get("kv/get-buffer", "store=sessions", "key=k" + i)
                                    .expect(200)
                                    .bytes());
                }
                return value;
            });
            assertTrue(bytes < OFF_HEAP_BYTES_BELOW, "bytes off the heap: " + bytes);
        }
    }

    @Test
    void theSameBodyReadByTheFunctionIsTooMuchForItsMemory() throws Exception {
        byte[] body = new byte[(int) (3 * MIB)];
        try (ErrandHost host =
                ErrandHost.start(folder, LIMITS, "images: {kind: blob, provider: folder, folder: images}")) {
            host.grant("images");
            host.host()
                    .post(path("blob/put-bytes", "container=images", "key=k"), body)
                    .problem(500, "function-trapped");
        }
    }
}
