package dev.mayfly.snapshots;

import dev.mayfly.engine.MayflyException;
import dev.mayfly.linkercache.ArtifactStore;
import dev.mayfly.linkercache.Digest;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot as a store has it: one thing, so that it is there or not, with an index in front of chunks that are read as they are needed.
 *
 * <pre>
 *   0   4   "MSN1"
 *   4   4   bytes of the index
 *   8  64   SHA-256 of the index, in hexadecimal
 *  72       the index: bytes of the label · the label · bytes of the image · an entry for each {@link SnapshotChunk}
 *   …       the chunks, one behind the other
 * </pre>
 *
 * <p>The label says what it is a snapshot of. Threads: one at a time.
 */
final class PackedSnapshot {
    private static final int MAGIC = 0x4d534e31;
    private static final int HEAD_BYTES = 2 * Integer.BYTES + 64;

    /** Enough for the index of 380 MB in the first read. */
    private static final int FIRST_READ_BYTES = 64 << 10;

    /** An image of 8 GiB has one of 1.4 MB, and a label is a record. */
    private static final int INDEX_BYTES_MAX = 8 << 20;

    /** A store far away answers several at once as fast as one. Each takes up to 1 MiB. */
    private static final int READ_COUNT = 8;

    private final SnapshotStore store;
    private final String name;
    private final String label;
    private final long imageBytes;
    private final List<SnapshotChunk> chunks;
    private final long chunksAt;

    private PackedSnapshot(SnapshotStore store, String name, byte[] index) throws IOException {
        this.store = store;
        this.name = name;
        this.chunksAt = (long) HEAD_BYTES + index.length;
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(index));
        this.label = new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8);
        this.imageBytes = in.readLong();
        this.chunks = new ArrayList<>();
        for (long at = 0; at < imageBytes; at += SnapshotChunk.BYTES) {
            chunks.add(SnapshotChunk.read(in));
        }
    }

    /** Packs an image into a file. */
    static void write(Path image, String label, Path packed) throws IOException {
        List<SnapshotChunk> chunks = new ArrayList<>();
        Path body = packed.resolveSibling(packed.getFileName() + ".chunks");
        try {
            try (InputStream in = Files.newInputStream(image);
                    var out = new BufferedOutputStream(Files.newOutputStream(body))) {
                for (byte[] bytes = in.readNBytes(SnapshotChunk.BYTES);
                        bytes.length > 0;
                        bytes = in.readNBytes(SnapshotChunk.BYTES)) {
                    chunks.add(SnapshotChunk.pack(bytes, out));
                }
            }
            byte[] index = index(label, Files.size(image), chunks);
            try (DataOutputStream out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(packed)))) {
                out.writeInt(MAGIC);
                out.writeInt(index.length);
                out.writeBytes(Digest.of(index).hex());
                out.write(index);
                Files.copy(body, out);
            }
        } finally {
            Files.deleteIfExists(body);
        }
    }

    private static byte[] index(String label, long imageBytes, List<SnapshotChunk> chunks) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        byte[] text = label.getBytes(StandardCharsets.UTF_8);
        out.writeInt(text.length);
        out.write(text);
        out.writeLong(imageBytes);
        for (SnapshotChunk chunk : chunks) {
            chunk.write(out);
        }
        return bytes.toByteArray();
    }

    /**
     * Reads the index.
     *
     * @return null when there is none of this name
     * @throws MayflyException.IncompatibleArtifact when it is damaged
     */
    static @Nullable PackedSnapshot open(SnapshotStore store, String name) {
        byte[] first = store.read(name, 0, FIRST_READ_BYTES);
        if (first == null) {
            return null;
        }
        try {
            DataInputStream in = new DataInputStream(new ByteArrayInputStream(first));
            int magic = in.readInt();
            int indexBytes = in.readInt();
            if (magic != MAGIC || indexBytes < 0 || indexBytes > INDEX_BYTES_MAX) {
                throw new IOException("it does not begin as one");
            }
            String digest = new String(in.readNBytes(64), StandardCharsets.US_ASCII);
            byte[] index =
                    in.available() >= indexBytes ? in.readNBytes(indexBytes) : store.read(name, HEAD_BYTES, indexBytes);
            if (index == null || !Digest.of(index).hex().equals(digest)) {
                throw new IOException("its index is not what was written");
            }
            return new PackedSnapshot(store, name, index);
        } catch (IOException e) {
            throw new MayflyException.IncompatibleArtifact("the stored snapshot is damaged: " + e.getMessage());
        }
    }

    String label() {
        return label;
    }

    /**
     * Writes the image.
     *
     * @throws MayflyException.IncompatibleArtifact when a chunk is damaged, or not there
     */
    void unpack(ArtifactStore.Upload image) throws InterruptedException {
        try (ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor()) {
            try {
                unpack(image, readers);
            } finally {
                readers.shutdownNow();
            }
        }
    }

    private void unpack(ArtifactStore.Upload image, ExecutorService readers) throws InterruptedException {
        Deque<Future<byte[]>> reading = new ArrayDeque<>();
        long packedAt = chunksAt;
        for (int next = 0; next < chunks.size() || !reading.isEmpty(); ) {
            if (next < chunks.size() && reading.size() < READ_COUNT) {
                SnapshotChunk chunk = chunks.get(next);
                long at = packedAt;
                int bytes = (int) Math.min(SnapshotChunk.BYTES, imageBytes - (long) next * SnapshotChunk.BYTES);
                reading.add(readers.submit(() -> chunk.unpack(packed(chunk, at), bytes)));
                packedAt += chunk.packedBytes();
                next++;
            } else {
                byte[] bytes = result(reading.remove());
                image.write(bytes, 0, bytes.length);
            }
        }
    }

    private byte[] packed(SnapshotChunk chunk, long at) {
        if (chunk.packedBytes() == 0) {
            return new byte[0];
        }
        byte[] packed = store.read(name, at, chunk.packedBytes());
        if (packed == null) {
            throw new MayflyException.IncompatibleArtifact("the stored snapshot went while it was read");
        }
        return packed;
    }

    private static byte[] result(Future<byte[]> reading) throws InterruptedException {
        try {
            return reading.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof MayflyException known
                    ? known
                    : new MayflyException.Internal("reading a stored snapshot failed: " + e.getCause(), e);
        }
    }
}
