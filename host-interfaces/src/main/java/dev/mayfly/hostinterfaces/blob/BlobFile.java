package dev.mayfly.hostinterfaces.blob;

import dev.mayfly.hostinterfaces.blob.BlobStore.BlobInfo;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/**
 * A blob and what is known of it in one file, so that one rename replaces both.
 *
 * <pre>
 *   0   4   "MBL1"
 *   4   4   bytes before the content
 *   8   8   when it was stored, in milliseconds since 1970
 *  16  32   SHA-256 of the content: its etag
 *  48       content type, number of metadata entries, their names and values, as {@link DataOutputStream} writes them
 *   …       the content, to the file's end
 * </pre>
 */
final class BlobFile {
    private static final int MAGIC = 0x4d424c31;
    private static final int PATCHED_AT = 8;
    private static final int COPY_BYTES = 64 << 10;

    private BlobFile() {}

    /** Writes a whole blob into an empty file; it is on disk when this returns. */
    static void write(FileChannel file, String contentType, Map<String, String> metadata, InputStream content)
            throws IOException {
        writeFully(file, head(contentType, metadata));
        MessageDigest digest = sha256();
        byte[] buffer = new byte[COPY_BYTES];
        for (int read = content.read(buffer); read >= 0; read = content.read(buffer)) {
            digest.update(buffer, 0, read);
            writeFully(file, ByteBuffer.wrap(buffer, 0, read));
        }
        // Known now only.
        file.position(PATCHED_AT);
        writeFully(
                file,
                ByteBuffer.allocate(Long.BYTES + digest.getDigestLength())
                        .putLong(System.currentTimeMillis())
                        .put(digest.digest())
                        .flip());
        file.force(true);
    }

    private static ByteBuffer head(String contentType, Map<String, String> metadata) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeInt(MAGIC);
        out.writeInt(0);
        out.write(new byte[Long.BYTES + sha256().getDigestLength()]);
        out.writeUTF(contentType);
        out.writeInt(metadata.size());
        for (Map.Entry<String, String> entry : metadata.entrySet()) {
            out.writeUTF(entry.getKey());
            out.writeUTF(entry.getValue());
        }
        ByteBuffer head = ByteBuffer.wrap(bytes.toByteArray());
        return head.putInt(Integer.BYTES, head.capacity());
    }

    private static void writeFully(FileChannel file, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            file.write(bytes);
        }
    }

    /** What is known of the blob in a file. Afterwards the file is read at the beginning of its content. */
    static BlobInfo read(FileChannel file, String key) throws IOException {
        // Not closed: that would close the file.
        DataInputStream in = new DataInputStream(new BufferedInputStream(Channels.newInputStream(file)));
        if (in.readInt() != MAGIC) {
            throw new IOException("this file is no blob");
        }
        int headBytes = in.readInt();
        Instant storedAt = Instant.ofEpochMilli(in.readLong());
        byte[] digest = in.readNBytes(sha256().getDigestLength());
        String contentType = in.readUTF();
        Map<String, String> metadata = new TreeMap<>();
        for (int left = in.readInt(); left > 0; left--) {
            metadata.put(in.readUTF(), in.readUTF());
        }
        file.position(headBytes);
        return new BlobInfo(
                key,
                file.size() - headBytes,
                contentType,
                HexFormat.of().formatHex(digest),
                storedAt,
                Map.copyOf(metadata));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
