package dev.mayfly.host.access;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Tells whose key a text is.
 *
 * <p>Keys are found by the first eight bytes of their hash and compared in constant time. A wrong key goes the same way as an expired or revoked one,
 * against a hash that none has, so that time tells nobody which of them it was.
 *
 * <p>Threads: any may ask; {@link KeyStore} replaces the snapshot.
 */
public final class Authenticator {
    private static final Entry NOBODY = new Entry(new byte[32], null);

    private volatile Map<Long, Entry> snapshot = Map.of();

    Authenticator() {}

    private static final class Entry {
        private final byte[] hash;
        private final @Nullable ApiKey key;

        Entry(byte[] hash, @Nullable ApiKey key) {
            this.hash = hash;
            this.key = key;
        }
    }

    /** The key of that text, or null when there is none that is valid now. */
    public @Nullable ApiKey find(String text) {
        byte[] hash = KeyText.hash(text);
        if (hash == null) {
            return null;
        }
        Entry entry = Objects.requireNonNullElse(snapshot.get(prefix(hash)), NOBODY);
        boolean equal = MessageDigest.isEqual(entry.hash, hash);
        ApiKey key = entry.key;
        return equal && key != null && key.isLive(System.currentTimeMillis()) ? key : null;
    }

    void replace(Map<ByteBuffer, ApiKey> keysByHash) {
        Map<Long, Entry> next = new HashMap<>();
        keysByHash.forEach((hash, key) -> {
            byte[] bytes = new byte[hash.remaining()];
            hash.duplicate().get(bytes);
            next.put(prefix(bytes), new Entry(bytes, key));
        });
        snapshot = Map.copyOf(next);
    }

    private static long prefix(byte[] hash) {
        return ByteBuffer.wrap(hash).getLong();
    }
}
