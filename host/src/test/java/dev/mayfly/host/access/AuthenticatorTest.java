package dev.mayfly.host.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

final class AuthenticatorTest {
    private final Authenticator authenticator = new Authenticator();
    private final String text = KeyText.random();
    private final byte[] hash = Objects.requireNonNull(KeyText.hash(text));

    private static ApiKey endingAt(long endsAtMs) {
        return new ApiKey(
                "0123456789ab",
                Tenant.DEFAULT,
                false,
                "test",
                List.of(new Permission(Scope.INVOKE, NamePattern.ALL)),
                Instant.EPOCH,
                endsAtMs,
                false);
    }

    @Test
    void aKeyIsFoundWhileItIsValid() {
        assertNull(authenticator.find(text), "before there are any");
        authenticator.replace(Map.of(ByteBuffer.wrap(hash), endingAt(ApiKey.NEVER)));
        assertEquals(endingAt(ApiKey.NEVER), authenticator.find(text));
        assertNull(authenticator.find(KeyText.random()));
        authenticator.replace(Map.of(ByteBuffer.wrap(hash), endingAt(1)));
        assertNull(authenticator.find(text), "it ended in 1970");
    }

    @Test
    void everyByteOfTheHashCounts() {
        for (int i = 0; i < hash.length; i++) {
            byte[] other = hash.clone();
            other[i] ^= 1;
            authenticator.replace(Map.of(ByteBuffer.wrap(other), endingAt(ApiKey.NEVER)));
            assertNull(authenticator.find(text), "byte " + i);
        }
    }
}
