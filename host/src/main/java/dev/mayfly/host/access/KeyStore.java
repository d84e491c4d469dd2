package dev.mayfly.host.access;

import dev.mayfly.engine.MayflyException;
import dev.mayfly.host.catalog.CatalogConnection;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tenants and their keys, kept in the catalog's file. Each change is one transaction; when a method returns, the change is durable and calls see it.
 *
 * <p>Threads: any; changes are made one after the other.
 */
public final class KeyStore {
    public static final int KEY_COUNT_MAX = 10_000;
    public static final int TENANT_COUNT_MAX = 1_000;

    /** Live keys that a tenant's functions may have made: functions must not use up what people need. */
    public static final int TOKEN_COUNT_MAX = 1_000;

    /** A key that has ended is listed for so long, and then forgotten. */
    static final Duration ENDED_KEPT = Duration.ofDays(7);

    private static final int ID_BYTES = 6;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final CatalogConnection connection;
    private final Authenticator authenticator = new Authenticator();
    private volatile Map<Tenant, Instant> tenants;
    private volatile Map<ByteBuffer, ApiKey> keys = Map.of();

    /** Reads what there is. */
    public KeyStore(CatalogConnection connection) {
        this.connection = connection;
        this.tenants = connection.read("reading tenants", KeyTable::tenants);
        publish(connection.read("reading keys", KeyTable::keys));
    }

    /** What checks keys. */
    public Authenticator authenticator() {
        return authenticator;
    }

    /** All tenants with the time each was added, ordered by name. */
    public Map<Tenant, Instant> tenants() {
        return tenants;
    }

    /** All keys that are live, or ended not long ago; the oldest first. */
    public List<ApiKey> keys() {
        return List.copyOf(keys.values());
    }

    public @Nullable ApiKey find(String id) {
        return keys.values().stream()
                .filter(key -> key.id().equals(id))
                .findFirst()
                .orElse(null);
    }

    /** The id of a text's key, whether or not it has ended. */
    @Nullable
    String idOf(String text) {
        byte[] hash = KeyText.hash(text);
        ApiKey key = hash == null ? null : keys.get(ByteBuffer.wrap(hash));
        return key == null ? null : key.id();
    }

    /**
     * Adds a tenant.
     *
     * @return false when it is there already
     * @throws MayflyException.LimitExceeded when there are too many
     */
    public synchronized boolean addTenant(Tenant tenant) {
        if (tenants.containsKey(tenant)) {
            return false;
        }
        if (tenants.size() >= TENANT_COUNT_MAX) {
            throw new MayflyException.LimitExceeded(
                    "tenant-count-max", "there are tenant-count-max=" + TENANT_COUNT_MAX + " tenants: remove one");
        }
        change("adding tenant " + tenant, sql -> KeyTable.insertTenant(sql, tenant, now()));
        return true;
    }

    /**
     * Removes a tenant with its keys and secrets. Its functions are to be removed before.
     *
     * @return false when it isn't there
     * @throws MayflyException.Conflict when it is the default one
     */
    public synchronized boolean removeTenant(Tenant tenant) {
        if (tenant.equals(Tenant.DEFAULT)) {
            throw new MayflyException.Conflict("the tenant default is always there");
        }
        if (!tenants.containsKey(tenant)) {
            return false;
        }
        change("removing tenant " + tenant, sql -> KeyTable.deleteTenant(sql, tenant));
        return true;
    }

    /**
     * Makes a key.
     *
     * @param ttl how long it is valid; null = until it is revoked
     * @throws MayflyException.NotFound when there is no such tenant
     * @throws MayflyException.LimitExceeded when there are too many keys
     */
    public synchronized IssuedKey create(
            Tenant tenant, boolean hostWide, String label, List<Permission> permissions, @Nullable Duration ttl) {
        if (!tenants.containsKey(tenant)) {
            throw new MayflyException.NotFound("no tenant is called " + tenant);
        }
        IssuedKey issued = issue(tenant, hostWide, label, permissions, ttl);
        change("creating a key", sql -> insert(sql, issued));
        return issued;
    }

    /**
     * Makes a key for a function that wants one. Unlike others it is forgotten when it ends.
     *
     * @throws MayflyException.LimitExceeded when the tenant's functions have made too many
     */
    synchronized IssuedKey createToken(Tenant tenant, String label, List<Permission> permissions, Duration ttl) {
        long nowMs = System.currentTimeMillis();
        long live = keys.values().stream()
                .filter(key -> key.tenant().equals(tenant) && key.isFunctionsToken() && key.isLive(nowMs))
                .count();
        if (live >= TOKEN_COUNT_MAX) {
            throw new MayflyException.LimitExceeded(
                    "token-count-max",
                    "functions of tenant " + tenant + " have made token-count-max=" + TOKEN_COUNT_MAX
                            + " tokens: wait until some have ended");
        }
        IssuedKey issued = issue(tenant, false, label, permissions, ttl);
        change("creating a token", sql -> {
            KeyTable.deleteEndedTokens(sql, nowMs);
            insert(sql, issued);
        });
        return issued;
    }

    /**
     * Makes a key that takes another one's place: the same permissions, and as long a life. The old one ends after {@code overlap}.
     *
     * @return null when no live key has that id
     */
    public synchronized @Nullable IssuedKey rotate(String id, Duration overlap) {
        ApiKey old = find(id);
        if (old == null || !old.isLive(System.currentTimeMillis())) {
            return null;
        }
        Duration ttl = old.endsAtMs() == ApiKey.NEVER
                ? null
                : Duration.between(old.createdAt(), Instant.ofEpochMilli(old.endsAtMs()));
        IssuedKey issued = issue(old.tenant(), old.hostWide(), old.label(), old.permissions(), ttl);
        ApiKey ending = old.ending(System.currentTimeMillis() + overlap.toMillis(), false);
        // One transaction: there is never a new key without an end of the old one, nor the other way round.
        change("rotating key " + id, sql -> {
            insert(sql, issued);
            KeyTable.updateEnd(sql, ending);
        });
        return issued;
    }

    /**
     * Ends a key now.
     *
     * @return false when no live key has that id
     */
    public synchronized boolean revoke(String id) {
        ApiKey key = find(id);
        if (key == null || !key.isLive(System.currentTimeMillis())) {
            return false;
        }
        ApiKey ended = key.ending(System.currentTimeMillis(), true);
        change("revoking key " + id, sql -> KeyTable.updateEnd(sql, ended));
        return true;
    }

    private static IssuedKey issue(
            Tenant tenant, boolean hostWide, String label, List<Permission> permissions, @Nullable Duration ttl) {
        byte[] id = new byte[ID_BYTES];
        RANDOM.nextBytes(id);
        Instant now = now();
        ApiKey key = new ApiKey(
                HexFormat.of().formatHex(id),
                tenant,
                hostWide,
                label,
                permissions,
                now,
                ttl == null ? ApiKey.NEVER : now.toEpochMilli() + ttl.toMillis(),
                false);
        return new IssuedKey(KeyText.random(), key);
    }

    private void insert(Connection sql, IssuedKey issued) throws SQLException {
        KeyTable.deleteEnded(sql, System.currentTimeMillis() - ENDED_KEPT.toMillis());
        if (KeyTable.keys(sql).size() >= KEY_COUNT_MAX) {
            throw new MayflyException.LimitExceeded(
                    "key-count-max", "there are key-count-max=" + KEY_COUNT_MAX + " keys: wait until some have ended");
        }
        byte[] hash = KeyText.hash(issued.text());
        if (hash == null) {
            throw new MayflyException.Internal("a key was made that is none");
        }
        KeyTable.insert(sql, hash, issued.key());
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
        // What is published is what is on disk.
        tenants = connection.read("reading tenants", KeyTable::tenants);
        publish(connection.read("reading keys", KeyTable::keys));
    }

    private void publish(Map<ByteBuffer, ApiKey> read) {
        keys = read;
        authenticator.replace(read);
    }

    private static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MILLIS);
    }
}
