package dev.mayfly.host.access;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Tells whose key a text is.
 *
 * <p>Keys are found by the first eight bytes of their hash and compared in constant time. A wrong key goes all the way of an expired or revoked one,
 * with an entry that none has, so that time tells nobody which of them it was.
 *
 * <p>Threads: any may ask; {@link KeyStore} replaces the snapshot.
 */
public final class Authenticator {
    /** Has ended in 1970. Nobody has a text of that hash. */
    private static final ApiKey NO_KEY = new ApiKey(
            "",
            Tenant.DEFAULT,
            false,
            "nobody's",
            List.of(new Permission(Scope.INVOKE, NamePattern.ALL)),
            Instant.EPOCH,
            0,
            true);

    private static final Entry NOBODY = new Entry(new byte[32], NO_KEY);

    private volatile Map<Long, Entry> snapshot = Map.of();

    Authenticator() {}

    private static final class Entry {
        private final byte[] hash;
        private final ApiKey key;

        Entry(byte[] hash, ApiKey key) {
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
        boolean live = entry.key.isLive(System.currentTimeMillis());
        // Both are known by now, whatever the other is.
        return equal && live ? entry.key : null;
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
