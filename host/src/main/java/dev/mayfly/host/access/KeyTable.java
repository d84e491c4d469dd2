package dev.mayfly.host.access;

import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** Tenants and keys in SQL. Keys go with their hash. */
final class KeyTable {
    private KeyTable() {}

    static Map<Tenant, Instant> tenants(Connection connection) throws SQLException {
        Map<Tenant, Instant> tenants = new LinkedHashMap<>();
        try (PreparedStatement select =
                        connection.prepareStatement("SELECT name, created_at FROM tenant ORDER BY name");
                ResultSet row = select.executeQuery()) {
            while (row.next()) {
                tenants.put(new Tenant(row.getString(1)), Instant.ofEpochMilli(row.getLong(2)));
            }
        }
        return tenants;
    }

    static void insertTenant(Connection connection, Tenant tenant, Instant createdAt) throws SQLException {
        try (PreparedStatement insert =
                connection.prepareStatement("INSERT INTO tenant (name, created_at) VALUES (?, ?)")) {
            insert.setString(1, tenant.name());
            insert.setLong(2, createdAt.toEpochMilli());
            insert.executeUpdate();
        }
    }

    /** With its keys and secrets: ON DELETE CASCADE. */
    static void deleteTenant(Connection connection, Tenant tenant) throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement("DELETE FROM tenant WHERE name = ?")) {
            delete.setString(1, tenant.name());
            delete.executeUpdate();
        }
    }

    /** By their hashes, the oldest first. */
    static Map<ByteBuffer, ApiKey> keys(Connection connection) throws SQLException {
        Map<ByteBuffer, ApiKey> keys = new LinkedHashMap<>();
        try (PreparedStatement select = connection.prepareStatement(
                        "SELECT hash, id, tenant, host_wide, label, permissions, created_at, ends_at, revoked"
                                + " FROM api_key ORDER BY created_at, id");
                ResultSet row = select.executeQuery()) {
            while (row.next()) {
                long endsAtMs = row.getLong(8);
                boolean ends = !row.wasNull();
                keys.put(
                        ByteBuffer.wrap(row.getBytes(1)),
                        new ApiKey(
                                row.getString(2),
                                new Tenant(row.getString(3)),
                                row.getBoolean(4),
                                row.getString(5),
                                row.getString(6).lines().map(Permission::parse).toList(),
                                Instant.ofEpochMilli(row.getLong(7)),
                                ends ? endsAtMs : ApiKey.NEVER,
                                row.getBoolean(9)));
            }
        }
        return keys;
    }

    static void insert(Connection connection, byte[] hash, ApiKey key) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(
                "INSERT INTO api_key (hash, id, tenant, host_wide, label, permissions, created_at, ends_at, revoked)"
                        + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
            insert.setBytes(1, hash);
            insert.setString(2, key.id());
            insert.setString(3, key.tenant().name());
            insert.setBoolean(4, key.hostWide());
            insert.setString(5, key.label());
            insert.setString(
                    6, key.permissions().stream().map(Permission::toString).collect(Collectors.joining("\n")));
            insert.setLong(7, key.createdAt().toEpochMilli());
            setEnd(insert, 8, key);
            insert.setBoolean(9, key.revoked());
            insert.executeUpdate();
        }
    }

    static void updateEnd(Connection connection, ApiKey key) throws SQLException {
        try (PreparedStatement update =
                connection.prepareStatement("UPDATE api_key SET ends_at = ?, revoked = ? WHERE id = ?")) {
            setEnd(update, 1, key);
            update.setBoolean(2, key.revoked());
            update.setString(3, key.id());
            update.executeUpdate();
        }
    }

    private static void setEnd(PreparedStatement statement, int index, ApiKey key) throws SQLException {
        if (key.endsAtMs() == ApiKey.NEVER) {
            statement.setNull(index, Types.INTEGER);
        } else {
            statement.setLong(index, key.endsAtMs());
        }
    }

    /** Those that functions made. */
    static void deleteEndedTokens(Connection connection, long beforeMs) throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement(
                "DELETE FROM api_key WHERE ends_at < ? AND (substr(label, 1, length(?)) = ? OR substr(label, 1, length(?)) = ?)")) {
            delete.setLong(1, beforeMs);
            delete.setString(2, ApiKey.TOKEN_LABEL);
            delete.setString(3, ApiKey.TOKEN_LABEL);
            delete.setString(4, ApiKey.TOKEN_ID_LABEL);
            delete.setString(5, ApiKey.TOKEN_ID_LABEL);
            delete.executeUpdate();
        }
    }

    static void deleteEnded(Connection connection, long beforeMs) throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement("DELETE FROM api_key WHERE ends_at < ?")) {
            delete.setLong(1, beforeMs);
            delete.executeUpdate();
        }
    }
}
