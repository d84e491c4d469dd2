package dev.mayfly.snapshots;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.engine.MayflyException;
import dev.mayfly.linkercache.ArtifactStore;
import dev.mayfly.linkercache.Digest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is unpacked is what was packed, to the byte, or it is refused. */
final class PackedSnapshotTest {
    private static final String NAME = "engine/version";

    @TempDir
    private Path folder;

    private final MemoryStore store = new MemoryStore();

    /** A store in memory that notes what was read of it. */
    private static final class MemoryStore implements SnapshotStore {
        final Map<String, byte[]> stored = new HashMap<>();
        final List<Integer> reads = new CopyOnWriteArrayList<>();

        @Override
        public void put(String name, Path file) {
            try {
                stored.put(name, Files.readAllBytes(file));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public byte @Nullable [] read(String name, long offset, int bytes) {
            byte[] all = stored.get(name);
            if (all == null) {
                return null;
            }
            reads.add(bytes);
            int from = (int) Math.min(all.length, offset);
            return Arrays.copyOfRange(all, from, Math.min(all.length, from + bytes));
        }

        @Override
        public void remove(String name) {
            stored.remove(name);
        }

        @Override
        public Set<String> names(String beginning) {
            return new HashSet<>(stored.keySet());
        }
    }

    /** Takes what is unpacked. */
    private static final class Bytes implements ArtifactStore.Upload {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        @Override
        public void write(byte[] chunk, int offset, int length) {
            bytes.write(chunk, offset, length);
        }

        @Override
        public long bytes() {
            return bytes.size();
        }

        @Override
        public Digest finish() {
            return Digest.of(bytes.toByteArray());
        }

        @Override
        public void close() {}
    }

    private byte[] pack(byte[] image) throws IOException {
        Path packed = folder.resolve("packed");
        PackedSnapshot.write(Files.write(folder.resolve("image"), image), "a label", packed);
        store.put(NAME, packed);
        return Objects.requireNonNull(store.stored.get(NAME));
    }

    private byte[] unpack() throws InterruptedException {
        PackedSnapshot found = PackedSnapshot.open(store, NAME);
        assertNotNull(found);
        assertEquals("a label", found.label());
        Bytes bytes = new Bytes();
        found.unpack(bytes);
        return bytes.bytes.toByteArray();
    }

    /** Half of the pages are zeros, the others are random or text. */
    private static byte[] image(int bytes) {
        Random random = new Random(bytes);
        byte[] image = new byte[bytes];
        for (int at = 0; at < bytes; at += 2 * SnapshotChunk.PAGE_BYTES) {
            byte[] page = new byte[Math.min(SnapshotChunk.PAGE_BYTES, bytes - at)];
            if (random.nextBoolean()) {
                random.nextBytes(page);
            } else {
                Arrays.fill(page, (byte) 'x');
            }
            System.arraycopy(page, 0, image, at, page.length);
        }
        return image;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4095, 4096, 4097, 512 << 10, (512 << 10) + 1, 9 << 20})
    void whatIsUnpackedIsWhatWasPacked(int bytes) throws Exception {
        byte[] image = image(bytes);
        pack(image);
        assertArrayEquals(image, unpack());
    }

    @Test
    void anIndexThatIsLongerThanTheFirstReadIsReadWhole() throws Exception {
        Path packed = folder.resolve("packed");
        String label = "a label ".repeat(100_000);
        PackedSnapshot.write(Files.write(folder.resolve("image"), image(5000)), label, packed);
        store.put(NAME, packed);
        PackedSnapshot found = PackedSnapshot.open(store, NAME);
        assertNotNull(found);
        assertEquals(label, found.label());
        Bytes bytes = new Bytes();
        found.unpack(bytes);
        assertArrayEquals(image(5000), bytes.bytes.toByteArray());
    }

    @Test
    void pagesOfZerosAreLeftOut() throws Exception {
        assertTrue(
                pack(new byte[64 << 20]).length < 16 << 10,
                "64 MiB of zeros take an entry of the index for each chunk");
        store.reads.clear();
        unpack();
        assertEquals(1, store.reads.size(), "and nothing of them is read");
    }

    @Test
    void whatIsNotZerosIsCompressed() throws Exception {
        byte[] image = new byte[4 << 20];
        for (int at = 0; at < image.length; at++) {
            image[at] = (byte) (at / 100);
        }
        assertTrue(pack(image).length < image.length / 50);
    }

    @Test
    void noneIsNone() {
        assertNull(PackedSnapshot.open(store, NAME));
    }

    @Test
    void aByteThatChangedAnywhereIsSeen() throws Exception {
        byte[] packed = pack(image(600 << 10));
        // Every byte of head and index, and some of the chunks.
        for (int at = 0; at < packed.length; at += at < 400 ? 1 : 7919) {
            packed[at] ^= 1;
            assertThrows(MayflyException.IncompatibleArtifact.class, this::unpack, "byte " + at);
            packed[at] ^= 1;
        }
    }

    @Test
    void oneThatIsCutOffAnywhereIsSeen() throws Exception {
        byte[] packed = pack(image(600 << 10));
        for (int bytes = 0; bytes < packed.length; bytes += bytes < 400 ? 1 : 7919) {
            store.stored.put(NAME, Arrays.copyOf(packed, bytes));
            assertThrows(MayflyException.IncompatibleArtifact.class, this::unpack, bytes + " bytes");
        }
    }
}
