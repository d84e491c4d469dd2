package dev.mayfly.linkercache;

import dev.mayfly.engine.MayflyException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The SHA-256 of some bytes: what they are known by.
 *
 * @param hex 64 lower-case hexadecimal digits
 */
public record Digest(String hex) {
    private static final int HEX_DIGITS = 64;

    /**
     * Read in one go by the loop below; 64 KiB hashes as fast as a mapping of the file would, and needs no mapping
     * undone.
     */
    private static final int READ_BYTES = 64 << 10;

    public Digest {
        if (!isDigest(hex)) {
            throw new MayflyException.Invalid("digest=" + hex + " is not a SHA-256: 64 lower-case hexadecimal digits");
        }
    }

    /** Whether {@code text} could be given to the constructor. */
    public static boolean isDigest(String text) {
        if (text.length() != HEX_DIGITS) {
            return false;
        }
        for (int i = 0; i < HEX_DIGITS; i++) {
            char c = text.charAt(i);
            if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
                return false;
            }
        }
        return true;
    }

    public static Digest of(byte[] bytes) {
        return finish(start(), ByteBuffer.wrap(bytes));
    }

    public static Digest of(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Reads the whole file. */
    public static Digest of(Path file) throws IOException {
        MessageDigest digest = start();
        byte[] bytes = new byte[READ_BYTES];
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer.clear())) {
                digest.update(bytes, 0, count);
            }
        }
        return finish(digest);
    }

    static MessageDigest start() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new MayflyException.Internal("every Java platform has SHA-256, this one does not", e);
        }
    }

    static Digest finish(MessageDigest digest) {
        return new Digest(HexFormat.of().formatHex(digest.digest()));
    }

    private static Digest finish(MessageDigest digest, ByteBuffer last) {
        digest.update(last);
        return finish(digest);
    }

    @Override
    public String toString() {
        return hex;
    }
}
