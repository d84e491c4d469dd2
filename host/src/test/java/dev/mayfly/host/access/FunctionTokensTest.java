package dev.mayfly.host.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.mayfly.engine.MayflyException;
import dev.mayfly.host.catalog.CatalogConnection;
import dev.mayfly.host.catalog.SqliteCatalog;
import dev.mayfly.host.secrets.SealingKeys;
import dev.mayfly.host.testing.Waiting;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Keys that functions make must not use up those that people need. */
@Timeout(60)
final class FunctionTokensTest {
    private static final List<Permission> CALLS = List.of(new Permission(Scope.INVOKE, new NamePattern("f")));

    @TempDir
    private Path folder;

    @Test
    void aTenantsFunctionsMakeSoManyTokensAndPeopleStillMakeKeys() {
        Path file = folder.resolve("catalog.sqlite");
        try (SqliteCatalog _ = SqliteCatalog.open(file, SealingKeys.read(folder, Map.of()));
                CatalogConnection connection = CatalogConnection.open(file)) {
            KeyStore keys = new KeyStore(connection);
            for (int i = 0; i < KeyStore.TOKEN_COUNT_MAX; i++) {
                token(keys, Duration.ofHours(1));
            }
            MayflyException.LimitExceeded refused =
                    assertThrows(MayflyException.LimitExceeded.class, () -> token(keys, Duration.ofHours(1)));
            assertEquals("token-count-max", refused.limit());
            assertNotNull(keys.create(Tenant.DEFAULT, false, "mine", CALLS, null));
        }
    }

    @Test
    void aTokenIsForgottenWhenItEnds() throws Exception {
        Path file = folder.resolve("catalog.sqlite");
        try (SqliteCatalog _ = SqliteCatalog.open(file, SealingKeys.read(folder, Map.of()));
                CatalogConnection connection = CatalogConnection.open(file)) {
            KeyStore keys = new KeyStore(connection);
            IssuedKey first = token(keys, Duration.ofMillis(1));
            IssuedKey kept = keys.create(Tenant.DEFAULT, false, "mine", CALLS, Duration.ofMillis(1));
            Waiting.until(
                    "they have ended",
                    () -> System.currentTimeMillis() > kept.key().endsAtMs());
            token(keys, Duration.ofHours(1));
            assertNull(keys.find(first.key().id()));
            assertNotNull(keys.find(kept.key().id()), "people may want to know of theirs");
        }
    }

    private static IssuedKey token(KeyStore keys, Duration ttl) {
        return keys.createToken(Tenant.DEFAULT, ApiKey.TOKEN_ID_LABEL + "x", CALLS, ttl);
    }
}
