package dev.mayfly.hostinterfaces.blob;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.hostinterfaces.Body;
import dev.mayfly.hostinterfaces.Deadline;
import dev.mayfly.hostinterfaces.HostError;
import dev.mayfly.hostinterfaces.HostError.Kind;
import dev.mayfly.hostinterfaces.blob.BlobStore.BlobInfo;
import dev.mayfly.hostinterfaces.blob.BlobStore.Content;
import dev.mayfly.hostinterfaces.blob.BlobStore.Page;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every blob store does. */
abstract class BlobStoreContract {
    static final String TEXT = "text/plain";

    /** Of a body that is larger than the buffers of every store. */
    static final int LARGE_BYTES = 20 << 20;

    BlobStore store;

    /** An empty store. */
    abstract BlobStore open(BlobLimits limits);

    /** A store whose place has room outside of this JVM's memory. */
    BlobStore openForLargeBlobs() {
        return open(BlobLimits.defaults());
    }

    /** How many blobs there are, whole or in parts, as the place behind the store has it. */
    abstract int stored();

    @BeforeEach
    void openStore() {
        store = open(BlobLimits.defaults());
    }

    @AfterEach
    void closeStore() {
        store.close();
    }

    static Deadline soon() {
        return Deadline.in(Duration.ofSeconds(60));
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    BlobInfo put(String key, String text) {
        return store.put(key, Body.of(bytes(text)), TEXT, Map.of(), soon());
    }

    static byte[] read(Content content) {
        try (Body body = content.body()) {
            return body.stream().readAllBytes();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    String text(String key) {
        return new String(read(store.get(key, soon())), StandardCharsets.UTF_8);
    }

    static HostError refused(Kind kind, Executable call) {
        HostError error = assertThrows(HostError.class, call);
        assertEquals(kind, error.kind(), error.getMessage());
        String message = String.valueOf(error.getMessage());
        for (String secret : List.of("127.0.0.1", "localhost", "/tmp", "bucket", "amazon", "Exception")) {
            assertFalse(message.contains(secret), message);
        }
        return error;
    }

    @Test
    void aBlobComesBackWithWhatIsKnownOfIt() {
        Map<String, String> metadata = Map.of("owner", "Ann & Bob", "x-size", "7");
        BlobInfo put = store.put("a/b.txt", Body.of(bytes("hello")), "image/svg+xml", metadata, soon());

        Content content = store.get("a/b.txt", soon());
        BlobInfo info = content.info();
        assertEquals(5, content.body().length());
        assertEquals("hello", new String(read(content), StandardCharsets.UTF_8));
        assertEquals("a/b.txt", info.key());
        assertEquals(5, info.bytes());
        assertEquals("image/svg+xml", info.contentType());
        assertEquals(metadata, info.metadata());
        assertTrue(Duration.between(info.modifiedAt(), Instant.now()).abs().toSeconds() < 60);
        assertEquals(info, store.head("a/b.txt", soon()));
        assertEquals(put.etag(), info.etag());
        assertEquals(put.bytes(), info.bytes());
        assertEquals(put.metadata(), info.metadata());
    }

    @Test
    void anotherContentHasAnotherEtag() {
        String first = put("a", "one").etag();
        String second = put("a", "two").etag();

        assertNotEquals(first, second);
        assertEquals("two", text("a"));
    }

    @Test
    void anEmptyBlobIsABlob() {
        put("empty", "");

        assertEquals("", text("empty"));
        assertEquals(0, store.head("empty", soon()).bytes());
        assertEquals(0, read(store.getRange("empty", 0, 10, soon())).length);
    }

    @Test
    void whatIsNotThereIsNotFound() {
        refused(Kind.NOT_FOUND, () -> store.get("nothing", soon()));
        refused(Kind.NOT_FOUND, () -> store.getRange("nothing", 0, 1, soon()));
        refused(Kind.NOT_FOUND, () -> store.head("nothing", soon()));
        assertFalse(store.delete("nothing", soon()));
    }

    @Test
    void aDeletedBlobIsGone() {
        put("a", "x");
        put("a/b", "y");

        assertTrue(store.delete("a", soon()));
        assertFalse(store.delete("a", soon()));

        refused(Kind.NOT_FOUND, () -> store.get("a", soon()));
        assertEquals("y", text("a/b"));
    }

    @Test
    void aRangeIsAPartOfABlob() {
        put("a", "0123456789");

        Content part = store.getRange("a", 2, 3, soon());
        assertEquals(10, part.info().bytes());
        assertEquals(3, part.body().length());
        assertArrayEquals(bytes("234"), read(part));
        assertArrayEquals(bytes("89"), read(store.getRange("a", 8, 100, soon())));
        assertArrayEquals(bytes(""), read(store.getRange("a", 10, 5, soon())));
        assertArrayEquals(bytes(""), read(store.getRange("a", 3, 0, soon())));
        refused(Kind.INVALID, () -> store.getRange("a", 11, 1, soon()));
        refused(Kind.INVALID, () -> store.getRange("a", 11, 0, soon()));
        refused(Kind.INVALID, () -> store.getRange("a", -1, 1, soon()));
        refused(Kind.INVALID, () -> store.getRange("a", 0, -1, soon()));
        refused(Kind.INVALID, () -> store.getRange("a", Long.MAX_VALUE, Long.MAX_VALUE, soon()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a b+c%2F&=?#.txt",
                "...",
                "..a/b..",
                "a\\..\\b",
                "C:\\a",
                "con",
                "Grüße/日本/🐝",
                "a.blob",
                "a:b*|\"<>'"
            })
    void everyTextIsAKey(String key) {
        put(key, "x");

        assertEquals("x", text(key));
        assertEquals(
                List.of(key),
                store.list("", null, 10, soon()).blobs().stream()
                        .map(BlobInfo::key)
                        .toList());
        assertTrue(store.delete(key, soon()));
        assertEquals(0, stored());
    }

    @Test
    void keysThatDifferInCaseAreTwo() {
        put("a", "small");
        put("A", "large");

        assertEquals("small", text("a"));
        assertEquals("large", text("A"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a\0b", "a\nb", "../a", "a/../b", "a/..", ".", "./a", "a/./b", "half \uD83D", "\uFFFF"})
    void whatIsNoKeyIsRefused(String key) {
        refused(Kind.INVALID, () -> put(key, "x"));
        refused(Kind.INVALID, () -> store.get(key, soon()));
        refused(Kind.INVALID, () -> store.head(key, soon()));
        refused(Kind.INVALID, () -> store.delete(key, soon()));
        assertEquals(0, stored());
    }

    @Test
    void blobsAreListedInTheOrderOfTheirKeys() {
        String longKey = "b/" + "x".repeat(300);
        List<String> keys = List.of("a", "b", "b!", "b/1", "b/2", "b/2/3", longKey, longKey + "y", "b0", "B", "ü", "c");
        keys.forEach(key -> put(key, key));

        assertEquals(
                List.of("B", "a", "b", "b!", "b/1", "b/2", "b/2/3", longKey, longKey + "y", "b0", "c", "ü"),
                keys(store.list("", null, 100, soon())));
        assertEquals(List.of("b/1", "b/2", "b/2/3", longKey, longKey + "y"), keys(store.list("b/", null, 100, soon())));
        assertEquals(List.of(longKey, longKey + "y"), keys(store.list("b/" + "x".repeat(250), null, 9, soon())));
        assertEquals(List.of(), keys(store.list("nothing", null, 100, soon())));
        BlobInfo first = store.list("", "B", 1, soon()).blobs().getFirst();
        assertEquals("a", first.key());
        assertEquals(1, first.bytes());
        assertEquals(store.head("a", soon()).etag(), first.etag());
    }

    private static List<String> keys(Page page) {
        return page.blobs().stream().map(BlobInfo::key).toList();
    }

    @Test
    void aListComesInPages() {
        List<String> keys = new ArrayList<>();
        for (int i = 10; i < 33; i++) {
            keys.add("p/" + i + "/" + "x".repeat(i * 10));
            put(keys.getLast(), "x");
        }
        put("p0", "x");

        List<String> found = new ArrayList<>();
        String after = null;
        boolean more = true;
        while (more) {
            Page page = store.list("p/", after, 5, soon());
            found.addAll(keys(page));
            after = found.getLast();
            more = page.more();
            assertTrue(page.blobs().size() == 5 || !more);
        }
        assertEquals(keys, found);
        assertFalse(store.list("p/", null, 23, soon()).more());
        assertTrue(store.list("p/", null, 22, soon()).more());
        refused(Kind.INVALID, () -> store.list("p/", null, 0, soon()));
    }

    /** Bytes that look random, always the same ones; reading them fails at {@code failAt}. */
    static final class Source extends InputStream {
        private final byte[] block = new byte[4099];
        private final long length;
        private final long failAt;
        private long at;

        Source(long length, long failAt) {
            this.length = length;
            this.failAt = failAt;
            new Random(7).nextBytes(block);
        }

        Source(long length) {
            this(length, Long.MAX_VALUE);
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] to, int offset, int count) throws IOException {
            if (at >= failAt) {
                throw new IOException("the sender at 127.0.0.1 is gone");
            }
            int from = (int) (at % block.length);
            int read = (int) Math.min(Math.min(count, block.length - from), length - at);
            System.arraycopy(block, from, to, offset, read);
            at += read;
            return read == 0 && count > 0 ? -1 : read;
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aLargeBodyComesBackAsItWas(boolean lengthKnown) throws Exception {
        long length = LARGE_BYTES + 17;
        long told = lengthKnown ? length : Body.UNKNOWN;
        store.put("large", Body.of(new Source(length), told), TEXT, Map.of("a", "b"), soon());

        assertEquals(length, store.head("large", soon()).bytes());
        assertEquals(Map.of("a", "b"), store.head("large", soon()).metadata());
        try (Body body = store.get("large", soon()).body();
                InputStream expected = new Source(length)) {
            byte[] one = new byte[1 << 20];
            byte[] other = new byte[1 << 20];
            int read = one.length;
            while (read == one.length) {
                read = body.stream().readNBytes(one, 0, one.length);
                assertEquals(read, expected.readNBytes(other, 0, other.length));
                assertArrayEquals(other, one);
            }
        }
    }

    @Test
    void moreThanMemoryHoldsPassesThrough() throws Exception {
        long length = 256L << 20;
        BlobStore store = openForLargeBlobs();
        long before = usedBytes();
        long[] most = new long[1];

        store.put("huge", Body.of(watched(new Source(length), most), Body.UNKNOWN), TEXT, Map.of(), soon());
        try (Body body = store.get("huge", soon()).body()) {
            long read = watched(body.stream(), most).transferTo(OutputStream.nullOutputStream());
            assertEquals(length, read);
        }

        assertTrue(most[0] - before < 64L << 20, "bytes=" + (most[0] - before));
        store.close();
    }

    /** Notes how much memory is in use after a collection, every 32 MiB. */
    private static InputStream watched(InputStream stream, long[] most) {
        return new FilterInputStream(stream) {
            private long bytes;

            @Override
            public int read(byte[] to, int offset, int count) throws IOException {
                int read = super.read(to, offset, count);
                if (bytes / (32 << 20) != (bytes + read) / (32 << 20)) {
                    most[0] = Math.max(most[0], usedBytes());
                }
                bytes += read;
                return read;
            }
        };
    }

    private static long usedBytes() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 100, LARGE_BYTES - 1})
    void aBodyThatFailsLeavesNothing(long failAt) {
        for (long told : new long[] {LARGE_BYTES, Body.UNKNOWN}) {
            HostError error = refused(
                    Kind.UNAVAILABLE,
                    () -> store.put("a", Body.of(new Source(LARGE_BYTES, failAt), told), TEXT, Map.of(), soon()));
            assertEquals("the body could not be read to its end", error.getMessage());
            refused(Kind.NOT_FOUND, () -> store.get("a", soon()));
            assertEquals(0, stored());
        }
    }

    @Test
    void aBodyThatFailsLeavesTheOlderBlob() {
        put("a", "old");

        refused(
                Kind.UNAVAILABLE,
                () -> store.put("a", Body.of(new Source(10, 5), Body.UNKNOWN), TEXT, Map.of(), soon()));

        assertEquals("old", text("a"));
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 6, LARGE_BYTES})
    void aBodyOfAnotherLengthThanItSaysIsRefused(int told) {
        refused(
                Kind.INVALID,
                () -> store.put("a", Body.of(new ByteArrayInputStream(bytes("12345")), told), TEXT, Map.of(), soon()));
        assertEquals(0, stored());
    }

    @Test
    void theCallerClosesTheBody() {
        boolean[] closed = new boolean[1];
        InputStream stream = new ByteArrayInputStream(bytes("x")) {
            @Override
            public void close() {
                closed[0] = true;
            }
        };

        store.put("a", Body.of(stream, 1), TEXT, Map.of(), soon());

        assertFalse(closed[0]);
    }

    @Test
    void whoReadsABlobIsNotDisturbedByItsReplacement() throws Exception {
        store.put("a", Body.of(new Source(LARGE_BYTES), LARGE_BYTES), TEXT, Map.of(), soon());
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> calls = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                calls.add(threads.submit(() -> {
                    for (int round = 0; round < 5; round++) {
                        put("b", "x".repeat(100_000));
                        put("b", "y".repeat(200_000));
                    }
                }));
                calls.add(threads.submit(() -> {
                    for (int round = 0; round < 20; round++) {
                        Content content = contentOrNull("b");
                        if (content != null) {
                            String text = new String(read(content), StandardCharsets.UTF_8);
                            assertEquals(content.info().bytes(), text.length());
                            assertEquals(1, text.chars().distinct().count(), "of one writer");
                        }
                    }
                }));
            }
            for (Future<?> call : calls) {
                call.get();
            }
        }
    }

    private @Nullable Content contentOrNull(String key) {
        try {
            return store.get(key, soon());
        } catch (HostError e) {
            assertEquals(Kind.NOT_FOUND, e.kind());
            return null;
        }
    }

    @Test
    void bodiesCanBeClosedUnread() throws Exception {
        store.put("a", Body.of(new Source(LARGE_BYTES), LARGE_BYTES), TEXT, Map.of(), soon());
        // More often than a store has connections.
        for (int i = 0; i < 60; i++) {
            try (Body body = store.get("a", soon()).body()) {
                assertTrue(body.stream().read() >= 0);
            }
        }
    }

    @Test
    void theLimitsHaveNames() {
        store.close();
        store = open(new BlobLimits(20, 1_000, 10, 3));

        assertMessage("a key is longer than key-bytes-max=20", () -> put("ü".repeat(11), "x"));
        assertMessage(
                "a part of a key is longer than key-bytes-max=20", () -> store.list("x".repeat(21), null, 1, soon()));
        for (long told : new long[] {1_001, Body.UNKNOWN}) {
            assertMessage(
                    "the blob is larger than blob-bytes-max=1000",
                    () -> store.put("a", Body.of(new Source(1_001), told), TEXT, Map.of(), soon()));
        }
        assertMessage(
                "metadata bytes=11, metadata-bytes-max=10",
                () -> store.put("a", Body.of(bytes("x")), TEXT, Map.of("name", "1234567"), soon()));
        assertEquals(0, stored());
        for (int i = 0; i < 5; i++) {
            put("ü".repeat(9) + i, "x");
        }
        Page page = store.list("", null, 100, soon());
        assertEquals(3, page.blobs().size());
        assertTrue(page.more());
    }

    private static void assertMessage(String message, Executable call) {
        assertEquals(message, refused(Kind.LIMIT_EXCEEDED, call).getMessage());
    }

    @Test
    void headersCannotBeSmuggledInMetadata() {
        for (Map<String, String> metadata : List.of(
                Map.of("a\r\nx", "y"),
                Map.of("A", "y"),
                Map.of("", "y"),
                Map.of("a", "y\r\nX-Amz-Acl: public-read"),
                Map.of("a", "ü"),
                Map.of("a", " y"))) {
            refused(Kind.INVALID, () -> store.put("a", Body.of(bytes("x")), TEXT, metadata, soon()));
        }
        refused(Kind.INVALID, () -> store.put("a", Body.of(bytes("x")), "text/plain\r\nX: y", Map.of(), soon()));
        refused(Kind.INVALID, () -> store.put("a", Body.of(bytes("x")), "", Map.of(), soon()));
        assertEquals(0, stored());
    }

    @Test
    void aDeadlineThatHasPassedIsATimeout() {
        Deadline passed = new Deadline(System.nanoTime() - 1);

        refused(Kind.TIMEOUT, () -> store.get("a", passed));
        refused(Kind.TIMEOUT, () -> store.put("a", Body.of(bytes("x")), TEXT, Map.of(), passed));
        refused(Kind.TIMEOUT, () -> store.delete("a", passed));
        assertEquals(0, stored());
    }

    @Test
    void aBodyThatTricklesPastTheDeadlineIsATimeout() {
        InputStream slow = new InputStream() {
            @Override
            public int read() {
                return 'x';
            }

            @Override
            public int read(byte[] to, int offset, int count) throws IOException {
                try {
                    Thread.sleep(20);
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
                to[offset] = 'x';
                return 1;
            }
        };
        for (long told : new long[] {1_000_000, Body.UNKNOWN}) {
            HostError error = assertThrows(
                    HostError.class,
                    () -> store.put("a", Body.of(slow, told), TEXT, Map.of(), Deadline.in(Duration.ofMillis(300))));
            assertEquals(Kind.TIMEOUT, error.kind(), error.getMessage());
        }
        assertEquals(0, stored());
    }
}
