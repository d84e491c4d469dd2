package dev.mayfly.hostinterfaces.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.engine.MayflyException;
import dev.mayfly.hostinterfaces.HostError;
import dev.mayfly.hostinterfaces.testing.RedisServer;
import dev.mayfly.hostinterfaces.testing.SelfSigned;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RedisStoreTest extends KeyValueStoreContract {
    private static RedisServer server;
    private static int opened;

    @BeforeAll
    static void startServer() throws Exception {
        server = RedisServer.started();
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @Override
    KeyValueStore open(KeyValueLimits limits) {
        return open("test-" + opened++, limits);
    }

    private static KeyValueStore open(String namespace, KeyValueLimits limits) {
        return RedisStore.open(RedisConfig.of("127.0.0.1", server.port(), namespace), limits);
    }

    @Test
    void namespacesShareAServerAndNoKey() {
        try (KeyValueStore one = open("one", KeyValueLimits.defaults());
                KeyValueStore other = open("one.other", KeyValueLimits.defaults())) {
            one.set("a", bytes("1"), null, soon());
            other.set("a", bytes("2"), null, soon());
            assertEquals("1", text(one.get("a", soon())));
            assertEquals("2", text(other.get("a", soon())));
            assertTrue(one.delete("a", soon()));
            assertNull(one.get("other:a", soon()));
            assertNull(one.get(".other:a", soon()));
            assertEquals("2", text(other.get("a", soon())));
            String cursor = null;
            do {
                KeyValueStore.Page page = one.keys("", cursor, 1_000, soon());
                assertEquals(List.of(), page.keys());
                cursor = page.cursor();
            } while (cursor != null);
        }
    }

    @Test
    void aCursorIsTheServersOwn() {
        try (KeyValueStore store = open("cursors", KeyValueLimits.defaults())) {
            for (String cursor : List.of("", "x", "-1", "0 MATCH *", "999999999999999999999")) {
                assertFails(HostError.Kind.INVALID, () -> store.keys("", cursor, 10, soon()));
            }
        }
    }

    @Test
    void aPasswordIsAskedForAndNeverShown() throws Exception {
        try (RedisServer guarded = RedisServer.started("--requirepass", "open sesame");
                KeyValueStore store = RedisStore.open(
                        new RedisConfig("127.0.0.1", guarded.port(), "n", "default", "open sesame", false, null, false),
                        KeyValueLimits.defaults());
                KeyValueStore withoutUser = RedisStore.open(
                        new RedisConfig("127.0.0.1", guarded.port(), "n", null, "open sesame", false, null, false),
                        KeyValueLimits.defaults());
                KeyValueStore without =
                        RedisStore.open(RedisConfig.of("127.0.0.1", guarded.port(), "n"), KeyValueLimits.defaults());
                KeyValueStore wrong = RedisStore.open(
                        new RedisConfig("127.0.0.1", guarded.port(), "n", null, "close sesame", false, null, false),
                        KeyValueLimits.defaults())) {
            store.set("a", bytes("1"), null, soon());
            assertEquals("1", text(withoutUser.get("a", soon())));
            for (KeyValueStore refused : List.of(without, wrong)) {
                HostError error = assertFails(HostError.Kind.UNAVAILABLE, () -> refused.get("a", soon()));
                assertFalse(error.toString().contains("sesame"));
            }
        }
        assertFalse(new RedisConfig("h", 1, "n", "u", "open sesame", false, null, false)
                .toString()
                .contains("sesame"));
    }

    @Test
    void aServerIsTrustedByItsCertificate(@TempDir Path folder) throws Exception {
        SelfSigned certificate = SelfSigned.in(folder, "ip:127.0.0.1");
        SelfSigned ofAnotherHost = SelfSigned.in(folder, "dns:elsewhere.example");
        try (RedisServer trusted = RedisServer.startedWithTls(certificate.certificate(), certificate.key());
                RedisServer misnamed = RedisServer.startedWithTls(ofAnotherHost.certificate(), ofAnotherHost.key())) {
            try (KeyValueStore store = overTls(trusted, certificate.certificate())) {
                store.set("a", bytes("1"), null, soon());
                assertEquals("1", text(store.get("a", soon())));
            }
            for (KeyValueStore refusing : List.of(
                    overTls(trusted, null),
                    overTls(trusted, ofAnotherHost.certificate()),
                    overTls(misnamed, ofAnotherHost.certificate()))) {
                try (refusing) {
                    assertFails(HostError.Kind.UNAVAILABLE, () -> refusing.get("a", soon()));
                }
            }
        }
    }

    private static KeyValueStore overTls(RedisServer tls, @Nullable Path trusted) {
        return RedisStore.open(
                new RedisConfig("127.0.0.1", tls.port(), "n", null, null, true, trusted, false),
                KeyValueLimits.defaults());
    }

    @Test
    void aServerWithoutMemoryIsUnavailable() throws Exception {
        try (RedisServer full = RedisServer.started("--maxmemory", "1");
                KeyValueStore store =
                        RedisStore.open(RedisConfig.of("127.0.0.1", full.port(), "n"), KeyValueLimits.defaults())) {
            assertFails(HostError.Kind.UNAVAILABLE, () -> store.set("a", bytes("1"), null, soon()));
            assertNull(store.get("a", soon()));
        }
    }

    @Test
    void settingsAreChecked() {
        assertThrows(MayflyException.Invalid.class, () -> RedisConfig.of(" ", 6379, "n"));
        assertThrows(MayflyException.Invalid.class, () -> RedisConfig.of("h", 0, "n"));
        assertThrows(MayflyException.Invalid.class, () -> RedisConfig.of("h", 65_536, "n"));
        for (String namespace : List.of("", "a:b", "a b", "*", "x".repeat(65))) {
            assertThrows(MayflyException.Invalid.class, () -> RedisConfig.of("h", 6379, namespace));
        }
        assertThrows(
                MayflyException.Invalid.class, () -> new RedisConfig("h", 6379, "n", "user", null, false, null, false));
    }
}
