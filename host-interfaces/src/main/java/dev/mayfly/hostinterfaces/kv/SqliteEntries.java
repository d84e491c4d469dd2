package dev.mayfly.hostinterfaces.kv;

import dev.mayfly.hostinterfaces.HostError;
import dev.mayfly.hostinterfaces.kv.KeyValueStore.End;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The tables of a {@link SqliteStore} and what is done with them. Keys are UTF-8 as blobs, so that they are compared byte by byte and sorted so.
 *
 * <p>A list's values have positions without gaps, from {@code list_first} on; whatever is pushed at the front gets a lower one, negative in time.
 * An expired entry is passed over by those who read and removed by who writes that key, or by {@link #purge}.
 */
final class SqliteEntries {
    static final String SCHEMA = """
            CREATE TABLE IF NOT EXISTS entry (
              id INTEGER PRIMARY KEY,
              key BLOB NOT NULL UNIQUE,
              value BLOB NOT NULL,                    -- empty with a list
              list_first INTEGER NOT NULL DEFAULT 0,
              list_count INTEGER NOT NULL DEFAULT 0,  -- 0: it is a value
              expires_at INTEGER                      -- in ms since 1970; NULL: never
            );
            CREATE INDEX IF NOT EXISTS entry_expires_at ON entry (expires_at) WHERE expires_at IS NOT NULL;
            CREATE TABLE IF NOT EXISTS list_value (
              entry INTEGER NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
              position INTEGER NOT NULL,
              value BLOB NOT NULL,
              PRIMARY KEY (entry, position)
            );
            """;

    /** How many expired entries are removed in one transaction: a few milliseconds' work. */
    private static final int PURGE_MAX = 256;

    /** What a row takes beside its key and value, in its table and indexes. */
    private static final int ROW_BYTES = 64;

    private static final byte[] EMPTY = new byte[0];

    private final long bytesMax;
    private final KeyValueLimits limits;

    SqliteEntries(long bytesMax, KeyValueLimits limits) {
        this.bytesMax = bytesMax;
        this.limits = limits;
    }

    /** An entry of either kind; {@code value} is empty with a list. */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    record Found(long id, byte[] value, long listFirst, long listCount) {
        boolean isList() {
            return listCount > 0;
        }
    }

    @Nullable
    Found find(SqliteSession session, byte[] key) throws SQLException {
        try (ResultSet row = session.query(
                "SELECT id, value, list_first, list_count FROM entry"
                        + " WHERE key = ? AND (expires_at IS NULL OR expires_at > ?)",
                key,
                System.currentTimeMillis())) {
            return row.next() ? new Found(row.getLong(1), row.getBytes(2), row.getLong(3), row.getLong(4)) : null;
        }
    }

    private @Nullable Found findValue(SqliteSession session, byte[] key) throws SQLException {
        Found found = find(session, key);
        if (found != null && found.isList()) {
            throw HostError.of(HostError.Kind.CONFLICT, "the key holds a list");
        }
        return found;
    }

    private @Nullable Found findList(SqliteSession session, byte[] key) throws SQLException {
        Found found = find(session, key);
        if (found != null && !found.isList()) {
            throw HostError.of(HostError.Kind.CONFLICT, "the key holds a value");
        }
        return found;
    }

    byte @Nullable [] value(SqliteSession session, byte[] key) throws SQLException {
        Found found = findValue(session, key);
        return found == null ? null : found.value;
    }

    List<byte @Nullable []> values(SqliteSession session, List<byte[]> keys) throws SQLException {
        List<byte @Nullable []> values = new ArrayList<>(keys.size());
        long bytes = 0;
        for (byte[] key : keys) {
            byte[] value = value(session, key);
            bytes += value == null ? 0 : value.length;
            limits.checkBatchBytes(bytes);
            values.add(value);
        }
        return values;
    }

    void set(SqliteSession session, byte[] key, byte[] value, @Nullable Duration timeToLive) throws SQLException {
        Found before = findValue(session, key);
        makeRoom(session, key.length + value.length + ROW_BYTES);
        if (before == null) {
            insert(session, key, value, timeToLive);
        } else {
            session.update(
                    "UPDATE entry SET value = ?, expires_at = ? WHERE id = ?", value, expiresAt(timeToLive), before.id);
        }
    }

    long increment(SqliteSession session, byte[] key, long delta, @Nullable Duration timeToLive) throws SQLException {
        Found before = findValue(session, key);
        long sum = Counter.sum(before == null ? null : before.value, delta);
        if (before == null) {
            makeRoom(session, key.length + ROW_BYTES);
            insert(session, key, Counter.text(sum), timeToLive);
        } else {
            session.update("UPDATE entry SET value = ? WHERE id = ?", Counter.text(sum), before.id);
        }
        return sum;
    }

    /** Inserts an entry where there is none, or one that has expired; returns its id. */
    private static long insert(SqliteSession session, byte[] key, byte[] value, @Nullable Duration timeToLive)
            throws SQLException {
        session.update("DELETE FROM entry WHERE key = ?", key);
        try (ResultSet row = session.query(
                "INSERT INTO entry (key, value, expires_at) VALUES (?, ?, ?) RETURNING id",
                key,
                value,
                expiresAt(timeToLive))) {
            return row.getLong(1);
        }
    }

    private static @Nullable Long expiresAt(@Nullable Duration timeToLive) {
        return timeToLive == null ? null : System.currentTimeMillis() + TimeToLive.ms(timeToLive);
    }

    int delete(SqliteSession session, List<byte[]> keys) throws SQLException {
        int deleted = 0;
        for (byte[] key : keys) {
            deleted += session.update(
                    "DELETE FROM entry WHERE key = ? AND (expires_at IS NULL OR expires_at > ?)",
                    key,
                    System.currentTimeMillis());
        }
        return deleted;
    }

    long push(SqliteSession session, byte[] key, End end, List<byte[]> values, @Nullable Duration timeToLive)
            throws SQLException {
        Found before = findList(session, key);
        long count = (before == null ? 0 : before.listCount) + values.size();
        limits.checkListValues(count);
        long bytes = key.length;
        for (byte[] value : values) {
            bytes += value.length + ROW_BYTES;
        }
        makeRoom(session, bytes);
        Found list = before == null ? new Found(insert(session, key, EMPTY, timeToLive), EMPTY, 0, 0) : before;
        long first = end == End.FRONT ? list.listFirst - values.size() : list.listFirst;
        long position = end == End.FRONT ? list.listFirst : list.listFirst + list.listCount;
        for (byte[] value : values) {
            session.update(
                    "INSERT INTO list_value (entry, position, value) VALUES (?, ?, ?)",
                    list.id,
                    end == End.FRONT ? --position : position++,
                    value);
        }
        session.update("UPDATE entry SET list_first = ?, list_count = ? WHERE id = ?", first, count, list.id);
        return count;
    }

    byte @Nullable [] pop(SqliteSession session, byte[] key, End end) throws SQLException {
        Found list = findList(session, key);
        if (list == null) {
            return null;
        }
        long position = end == End.FRONT ? list.listFirst : list.listFirst + list.listCount - 1;
        byte[] value;
        try (ResultSet row = session.query(
                "DELETE FROM list_value WHERE entry = ? AND position = ? RETURNING value", list.id, position)) {
            value = row.getBytes(1);
        }
        if (list.listCount == 1) {
            session.update("DELETE FROM entry WHERE id = ?", list.id);
        } else {
            session.update(
                    "UPDATE entry SET list_first = ?, list_count = ? WHERE id = ?",
                    end == End.FRONT ? list.listFirst + 1 : list.listFirst,
                    list.listCount - 1,
                    list.id);
        }
        return value;
    }

    List<byte[]> range(SqliteSession session, byte[] key, long from, long to) throws SQLException {
        Found list = findList(session, key);
        if (list == null) {
            return List.of();
        }
        ListSpan span = ListSpan.of(from, to, list.listCount);
        List<byte[]> values = new ArrayList<>();
        long bytes = 0;
        try (ResultSet row = session.query(
                "SELECT value FROM list_value WHERE entry = ? AND position >= ? AND position < ? ORDER BY position",
                list.id,
                list.listFirst + span.from(),
                list.listFirst + span.until())) {
            while (row.next()) {
                byte[] value = row.getBytes(1);
                bytes += value.length;
                limits.checkBatchBytes(bytes);
                values.add(value);
            }
        }
        return values;
    }

    long length(SqliteSession session, byte[] key) throws SQLException {
        Found list = findList(session, key);
        return list == null ? 0 : list.listCount;
    }

    boolean replace(
            SqliteSession session,
            byte[] key,
            List<byte[]> expected,
            List<byte[]> values,
            @Nullable Duration timeToLive)
            throws SQLException {
        Found list = findList(session, key);
        List<byte[]> before = list == null ? List.of() : range(session, key, 0, -1);
        if (!Arrays.deepEquals(before.toArray(), expected.toArray())) {
            return false;
        }
        if (list != null) {
            if (values.isEmpty()) {
                return session.update("DELETE FROM entry WHERE id = ?", list.id) > 0;
            }
            session.update("DELETE FROM list_value WHERE entry = ?", list.id);
            session.update("UPDATE entry SET list_first = 0, list_count = 0 WHERE id = ?", list.id);
            if (timeToLive != null) {
                session.update("UPDATE entry SET expires_at = ? WHERE id = ?", expiresAt(timeToLive), list.id);
            }
        }
        if (!values.isEmpty()) {
            fill(session, key, list == null ? insert(session, key, EMPTY, timeToLive) : list.id, values);
        }
        return true;
    }

    /** Gives a list that has none its values. */
    private void fill(SqliteSession session, byte[] key, long id, List<byte[]> values) throws SQLException {
        long bytes = key.length;
        for (byte[] value : values) {
            bytes += value.length + ROW_BYTES;
        }
        makeRoom(session, bytes);
        long position = 0;
        for (byte[] value : values) {
            session.update("INSERT INTO list_value (entry, position, value) VALUES (?, ?, ?)", id, position++, value);
        }
        session.update("UPDATE entry SET list_first = 0, list_count = ? WHERE id = ?", position, id);
    }

    /**
     * Keys in order.
     *
     * @param after only those behind it; null for all
     */
    List<String> keys(SqliteSession session, byte[] prefix, byte @Nullable [] after, int count) throws SQLException {
        // The least that comes behind a key is the key with a zero byte; no UTF-8 has a byte 0xFF, so the prefix with
        // that
        // one comes behind all that start with the prefix.
        byte[] behind = after == null ? prefix : Arrays.copyOf(after, after.length + 1);
        byte[] first = Arrays.compareUnsigned(behind, prefix) > 0 ? behind : prefix;
        byte[] end = Arrays.copyOf(prefix, prefix.length + 1);
        end[prefix.length] = (byte) 0xFF;
        List<String> keys = new ArrayList<>();
        try (ResultSet row = session.query(
                "SELECT key FROM entry WHERE key >= ? AND key < ?"
                        + " AND (expires_at IS NULL OR expires_at > ?) ORDER BY key LIMIT ?",
                first,
                end,
                System.currentTimeMillis(),
                count)) {
            while (row.next()) {
                keys.add(new String(row.getBytes(1), StandardCharsets.UTF_8));
            }
        }
        return keys;
    }

    /** Removes some of what has expired; whether there may be more. */
    boolean purge(SqliteSession session) throws SQLException {
        int purged = session.update(
                "DELETE FROM entry WHERE id IN"
                        + " (SELECT id FROM entry WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)",
                System.currentTimeMillis(),
                PURGE_MAX);
        return purged == PURGE_MAX;
    }

    /**
     * Makes sure that so many more bytes may be stored: counted in pages that are in use, so that a store of many small entries ends where one of
     * few large ones does.
     */
    private void makeRoom(SqliteSession session, long bytes) throws SQLException {
        if (usedBytes(session) + bytes > bytesMax) {
            purge(session);
            if (usedBytes(session) + bytes > bytesMax) {
                throw KeyValueLimits.exceeded("store-bytes", bytesMax);
            }
        }
    }

    private static long usedBytes(SqliteSession session) throws SQLException {
        try (ResultSet row = session.query("SELECT (page_count - freelist_count) * page_size"
                + " FROM pragma_page_count, pragma_freelist_count, pragma_page_size")) {
            return row.getLong(1);
        }
    }
}
