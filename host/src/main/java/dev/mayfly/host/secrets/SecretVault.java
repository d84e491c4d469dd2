package dev.mayfly.host.secrets;

import dev.mayfly.engine.MayflyException;
import dev.mayfly.host.access.Tenant;
import dev.mayfly.host.catalog.CatalogConnection;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Tenants' secrets. What is kept, in memory too, is sealed; a value is opened each time it is asked for.
 *
 * <p>Threads: any; changes are made one after the other, and are durable when a method returns.
 */
public final class SecretVault {
    /** What is longer is no password, token or certificate. */
    public static final int VALUE_BYTES_MAX = 64 << 10;

    public static final int SECRET_COUNT_MAX = 10_000;

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");
    private static final System.Logger LOG = System.getLogger(SecretVault.class.getName());

    private final CatalogConnection connection;
    private final SealingKeys keys;
    private final Runnable sealOthersAnew;
    private volatile Map<Place, Sealed> snapshot;

    private record Place(Tenant tenant, String name) {
        @Override
        public String toString() {
            return tenant + "/" + name;
        }
    }

    private static final class Sealed {
        private final String keyId;
        private final byte[] bytes;
        private final Instant updatedAt;

        Sealed(String keyId, byte[] bytes, Instant updatedAt) {
            this.keyId = keyId;
            this.bytes = bytes;
            this.updatedAt = updatedAt;
        }
    }

    private SecretVault(CatalogConnection connection, SealingKeys keys, Runnable sealOthersAnew) {
        this.connection = connection;
        this.keys = keys;
        this.sealOthersAnew = sealOthersAnew;
        this.snapshot = connection.read("reading secrets", SecretVault::select);
    }

    /**
     * Opens the vault, and seals with the first key what an old one has sealed.
     *
     * @param sealOthersAnew does so with what else these keys have sealed, before old ones are forgotten
     */
    public static SecretVault open(CatalogConnection connection, SealingKeys keys, Runnable sealOthersAnew) {
        SecretVault vault = new SecretVault(connection, keys, sealOthersAnew);
        vault.sealAnew();
        return vault;
    }

    /**
     * Keeps a value.
     *
     * @throws MayflyException.Invalid when the name is none, or the value is empty
     * @throws MayflyException.LimitExceeded when the value is too long, or there are too many
     */
    public synchronized void set(Tenant tenant, String name, byte[] value) {
        if (!NAME.matcher(name).matches()) {
            throw new MayflyException.Invalid(
                    "secret=" + name
                            + " is not a secret's name: 1 to 128 letters, digits, dots, dashes and underscores, the first a letter or digit");
        }
        if (value.length == 0) {
            throw new MayflyException.Invalid("the value is empty; to remove a secret: mayfly secret remove " + name);
        }
        if (value.length > VALUE_BYTES_MAX) {
            throw new MayflyException.LimitExceeded(
                    "secret-bytes-max", "the value has more than secret-bytes-max=" + VALUE_BYTES_MAX + " bytes");
        }
        Place place = new Place(tenant, name);
        if (snapshot.size() >= SECRET_COUNT_MAX && !snapshot.containsKey(place)) {
            throw new MayflyException.LimitExceeded(
                    "secret-count-max", "there are secret-count-max=" + SECRET_COUNT_MAX + " secrets: remove one");
        }
        Sealed kept = seal(place, value, Instant.now().truncatedTo(ChronoUnit.MILLIS));
        change("setting secret " + place, sql -> put(sql, place, kept));
    }

    /**
     * Forgets a value.
     *
     * @return whether there was one of that name
     */
    public synchronized boolean remove(Tenant tenant, String name) {
        if (!contains(tenant, name)) {
            return false;
        }
        change("removing secret " + name, sql -> {
            try (PreparedStatement delete = sql.prepareStatement("DELETE FROM secret WHERE tenant = ? AND name = ?")) {
                delete.setString(1, tenant.name());
                delete.setString(2, name);
                delete.executeUpdate();
            }
        });
        return true;
    }

    /** A tenant's secrets by name, each with the time when it was last set. */
    public SortedMap<String, Instant> list(Tenant tenant) {
        SortedMap<String, Instant> names = new TreeMap<>();
        snapshot.forEach((place, kept) -> {
            if (place.tenant.equals(tenant)) {
                names.put(place.name, kept.updatedAt);
            }
        });
        return names;
    }

    public boolean contains(Tenant tenant, String name) {
        return snapshot.containsKey(new Place(tenant, name));
    }

    /**
     * The value, in clear text.
     *
     * @return null when there is none
     * @throws MayflyException.Internal when it can't be opened
     */
    public @Nullable String value(Tenant tenant, String name) {
        Place place = new Place(tenant, name);
        Sealed kept = snapshot.get(place);
        return kept == null ? null : new String(open(place, kept), StandardCharsets.UTF_8);
    }

    /** After the tenant was removed, with its secrets. */
    public synchronized void reload() {
        snapshot = connection.read("reading secrets", SecretVault::select);
    }

    /**
     * Makes a new key and seals everything with it. The old one is forgotten in the end; killed at any moment, the host goes on with it when it
     * starts again.
     *
     * @throws MayflyException.Conflict when keys come from the environment
     */
    public synchronized void rotateKey() {
        keys.add();
        sealAnew();
    }

    private synchronized void sealAnew() {
        if (keys.areSeveral()) {
            sealOthersAnew.run();
        }
        Map<Place, Sealed> old = new HashMap<>();
        snapshot.forEach((place, kept) -> {
            if (!kept.keyId.equals(keys.current().id())) {
                old.put(place, kept);
            }
        });
        long lost = old.values().stream()
                .filter(kept -> keys.find(kept.keyId) == null)
                .count();
        if (lost > 0) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    lost + " secrets can't be opened: the key they are sealed with is neither in "
                            + SealingKeys.VARIABLE + " nor in the file " + SealingKeys.NAME
                            + "; put it back, or set them again");
        }
        old.values().removeIf(kept -> keys.find(kept.keyId) == null);
        if (!old.isEmpty()) {
            change("sealing secrets anew", sql -> {
                for (Map.Entry<Place, Sealed> entry : old.entrySet()) {
                    Sealed kept = entry.getValue();
                    put(sql, entry.getKey(), seal(entry.getKey(), open(entry.getKey(), kept), kept.updatedAt));
                }
            });
        }
        if (lost == 0) {
            keys.forgetOld();
        }
    }

    private Sealed seal(Place place, byte[] value, Instant updatedAt) {
        SealingKey key = keys.current();
        return new Sealed(key.id(), key.seal(value, place.toString()), updatedAt);
    }

    private byte[] open(Place place, Sealed kept) {
        SealingKey key = keys.find(kept.keyId);
        if (key == null) {
            throw new MayflyException.Internal(
                    "the secret " + place + " can't be opened: its key " + kept.keyId + " is not here");
        }
        return key.open(kept.bytes, place.toString());
    }

    @FunctionalInterface
    private interface Change {
        void make(Connection sql) throws SQLException;
    }

    private void change(String doing, Change change) {
        connection.write(doing, sql -> {
            change.make(sql);
            return true;
        });
        reload();
    }

    private static Map<Place, Sealed> select(Connection sql) throws SQLException {
        Map<Place, Sealed> secrets = new HashMap<>();
        try (PreparedStatement select =
                        sql.prepareStatement("SELECT tenant, name, key_id, sealed, updated_at FROM secret");
                ResultSet row = select.executeQuery()) {
            while (row.next()) {
                secrets.put(
                        new Place(new Tenant(row.getString(1)), row.getString(2)),
                        new Sealed(row.getString(3), row.getBytes(4), Instant.ofEpochMilli(row.getLong(5))));
            }
        }
        return Map.copyOf(secrets);
    }

    private static void put(Connection sql, Place place, Sealed kept) throws SQLException {
        try (PreparedStatement insert = sql.prepareStatement(
                "INSERT OR REPLACE INTO secret (tenant, name, key_id, sealed, updated_at) VALUES (?, ?, ?, ?, ?)")) {
            insert.setString(1, place.tenant.name());
            insert.setString(2, place.name);
            insert.setString(3, kept.keyId);
            insert.setBytes(4, kept.bytes);
            insert.setLong(5, kept.updatedAt.toEpochMilli());
            insert.executeUpdate();
        }
    }
}
