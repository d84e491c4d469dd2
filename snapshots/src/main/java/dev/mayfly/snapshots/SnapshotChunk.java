package dev.mayfly.snapshots;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import dev.mayfly.engine.MayflyException;
import dev.mayfly.linkercache.Digest;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** {@value #BYTES} bytes of an image, or fewer at its end, as a packed snapshot has them: pages of zeros left out, the others compressed. */
final class SnapshotChunk {
    static final int BYTES = 512 << 10;
    static final int PAGE_BYTES = 4 << 10;

    /** In the index: a bit for each page that is there, the packed bytes, and their digest. */
    static final int ENTRY_BYTES = BYTES / PAGE_BYTES / Byte.SIZE + Integer.BYTES + 64;

    /** Zstandard's own default. */
    private static final int LEVEL = 3;

    private static final byte[] ZEROS = new byte[PAGE_BYTES];

    private final byte[] pages;
    private final int packedBytes;
    private final Digest digest;

    private SnapshotChunk(byte[] pages, int packedBytes, Digest digest) {
        this.pages = pages;
        this.packedBytes = packedBytes;
        this.digest = digest;
    }

    /** Packs some bytes, and writes that. */
    static SnapshotChunk pack(byte[] bytes, OutputStream to) throws IOException {
        byte[] pages = new byte[BYTES / PAGE_BYTES / Byte.SIZE];
        byte[] kept = new byte[bytes.length];
        int keptBytes = 0;
        for (int at = 0; at < bytes.length; at += PAGE_BYTES) {
            int end = Math.min(at + PAGE_BYTES, bytes.length);
            if (!Arrays.equals(bytes, at, end, ZEROS, 0, end - at)) {
                int page = at / PAGE_BYTES;
                pages[page / Byte.SIZE] |= (byte) (1 << page % Byte.SIZE);
                System.arraycopy(bytes, at, kept, keptBytes, end - at);
                keptBytes += end - at;
            }
        }
        byte[] packed = keptBytes == 0 ? new byte[0] : Zstd.compress(Arrays.copyOf(kept, keptBytes), LEVEL);
        to.write(packed);
        return new SnapshotChunk(pages, packed.length, Digest.of(packed));
    }

    static SnapshotChunk read(DataInputStream in) throws IOException {
        byte[] pages = new byte[BYTES / PAGE_BYTES / Byte.SIZE];
        in.readFully(pages);
        int packedBytes = in.readInt();
        String digest = new String(in.readNBytes(64), StandardCharsets.US_ASCII);
        if (packedBytes < 0 || packedBytes > Zstd.compressBound(BYTES) || !Digest.isDigest(digest)) {
            throw new IOException("its index makes no sense");
        }
        return new SnapshotChunk(pages, packedBytes, new Digest(digest));
    }

    void write(DataOutputStream out) throws IOException {
        out.write(pages);
        out.writeInt(packedBytes);
        out.writeBytes(digest.hex());
    }

    int packedBytes() {
        return packedBytes;
    }

    /**
     * What was packed.
     *
     * @param bytes how many
     * @throws MayflyException.IncompatibleArtifact when these are not the bytes that came of that
     */
    byte[] unpack(byte[] packed, int bytes) {
        if (!Digest.of(packed).equals(digest)) {
            throw new MayflyException.IncompatibleArtifact("a chunk of the stored snapshot is damaged");
        }
        byte[] kept = unpacked(packed, bytes);
        byte[] all = new byte[bytes];
        int keptAt = 0;
        for (int at = 0; at < bytes; at += PAGE_BYTES) {
            if (hasPage(at / PAGE_BYTES)) {
                int count = Math.min(PAGE_BYTES, bytes - at);
                System.arraycopy(kept, keptAt, all, at, count);
                keptAt += count;
            }
        }
        return all;
    }

    private byte[] unpacked(byte[] packed, int bytes) {
        int keptBytes = 0;
        for (int at = 0; at < bytes; at += PAGE_BYTES) {
            keptBytes += hasPage(at / PAGE_BYTES) ? Math.min(PAGE_BYTES, bytes - at) : 0;
        }
        byte[] kept = new byte[keptBytes];
        try {
            if (keptBytes > 0 && Zstd.decompress(kept, packed) != keptBytes) {
                throw new MayflyException.IncompatibleArtifact("a chunk of the stored snapshot is too short");
            }
        } catch (ZstdException e) {
            throw new MayflyException.IncompatibleArtifact("a chunk of the stored snapshot can't be unpacked: " + e);
        }
        return kept;
    }

    private boolean hasPage(int page) {
        return (pages[page / Byte.SIZE] & 1 << page % Byte.SIZE) != 0;
    }
}
