package dev.mayfly.hostinterfaces.messaging;

import dev.mayfly.hostinterfaces.messaging.EventQueue.DeadLetter;
import dev.mayfly.hostinterfaces.messaging.EventQueue.Delivery;
import dev.mayfly.hostinterfaces.messaging.EventQueue.Depth;
import dev.mayfly.hostinterfaces.messaging.EventQueue.NewEvent;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a queue. An event is one row: in {@code event} while it is to be delivered, in {@code dead_letter} when it was given up. {@code due_ms} is when
 * it may be taken, which for a leased one is when the lease ends.
 *
 * <p>Threads: one, inside a transaction.
 */
final class EventTable {
    private static final String[] SCHEMA = {
        """
        CREATE TABLE IF NOT EXISTS event (
          id TEXT PRIMARY KEY, function TEXT NOT NULL, kind TEXT NOT NULL, source TEXT NOT NULL, attributes TEXT NOT NULL,
          payload BLOB NOT NULL, created_ms INTEGER NOT NULL, due_ms INTEGER NOT NULL, leased INTEGER NOT NULL, attempt INTEGER NOT NULL
        ) WITHOUT ROWID""",
        "CREATE INDEX IF NOT EXISTS event_due ON event (due_ms, id, function)",
        "CREATE INDEX IF NOT EXISTS event_function ON event (function, leased, due_ms)",
        """
        CREATE TABLE IF NOT EXISTS dead_letter (
          id TEXT PRIMARY KEY, function TEXT NOT NULL, kind TEXT NOT NULL, source TEXT NOT NULL, attributes TEXT NOT NULL,
          payload BLOB NOT NULL, created_ms INTEGER NOT NULL, attempt INTEGER NOT NULL, error TEXT NOT NULL, died_ms INTEGER NOT NULL
        ) WITHOUT ROWID""",
        "CREATE INDEX IF NOT EXISTS dead_letter_function ON dead_letter (function, died_ms, id)",
    };

    private static final String COLUMNS = "id, function, kind, source, attributes, payload, created_ms, attempt";

    private final Connection connection;

    EventTable(Connection connection) throws SQLException {
        this.connection = connection;
        try (Statement statement = connection.createStatement()) {
            for (String sql : SCHEMA) {
                statement.execute(sql);
            }
        }
    }

    /** Ends all leases: whoever had them is gone. */
    void endLeases(long nowMs) throws SQLException {
        update("UPDATE event SET leased = 0, due_ms = ? WHERE leased = 1", nowMs);
    }

    /** Makes due what is due later than anything is put off: the clock was ahead when it was written. */
    void hasten(long nowMs, long waitMaxMs) throws SQLException {
        update("UPDATE event SET due_ms = ? WHERE due_ms > ?", nowMs, nowMs + waitMaxMs);
    }

    /** The last id that was given out and is still known, or 0. */
    long lastId() throws SQLException {
        return only(
                "SELECT max(id) FROM (SELECT max(id) AS id FROM event UNION ALL SELECT max(id) FROM dead_letter)",
                row -> row.getString(1) == null ? 0L : Long.parseLong(row.getString(1), 16));
    }

    Map<String, Long> countByFunction() throws SQLException {
        Map<String, Long> counts = new HashMap<>();
        try (PreparedStatement select =
                        connection.prepareStatement("SELECT function, count(*) FROM event GROUP BY function");
                ResultSet row = select.executeQuery()) {
            while (row.next()) {
                counts.put(row.getString(1), row.getLong(2));
            }
        }
        return counts;
    }

    void insert(String id, NewEvent event, String attributes, long nowMs) throws SQLException {
        update(
                "INSERT INTO event (" + COLUMNS + ", due_ms, leased) VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?, 0)",
                id,
                event.function(),
                event.kind(),
                event.source(),
                attributes,
                event.payload(),
                nowMs,
                event.notBefore().toEpochMilli());
    }

    List<Delivery> due(long nowMs, Set<String> busy, int count) throws SQLException {
        String others = busy.isEmpty()
                ? ""
                : busy.stream().map(_ -> "?").collect(Collectors.joining(", ", " AND function NOT IN (", ")"));
        List<Object> arguments = new ArrayList<>();
        arguments.add(nowMs);
        arguments.addAll(busy);
        arguments.add(count);
        return list(
                "SELECT " + COLUMNS + " FROM event WHERE due_ms <= ?" + others + " ORDER BY due_ms, id LIMIT ?",
                EventTable::delivery,
                arguments.toArray());
    }

    void lease(Delivery delivery, long untilMs) throws SQLException {
        update(
                "UPDATE event SET leased = 1, due_ms = ?, attempt = ? WHERE id = ?",
                untilMs,
                delivery.attempt(),
                delivery.id());
    }

    /** Whether it is still the lease of that delivery, and not that of a later attempt. */
    boolean holds(Delivery delivery) throws SQLException {
        return first(
                        "SELECT 1 FROM event WHERE id = ? AND leased = 1 AND attempt = ?",
                        row -> row.getInt(1),
                        delivery.id(),
                        delivery.attempt())
                != null;
    }

    void release(String id, int attempt, long dueMs) throws SQLException {
        update("UPDATE event SET leased = 0, due_ms = ?, attempt = ? WHERE id = ?", dueMs, attempt, id);
    }

    boolean delete(String id) throws SQLException {
        return update("DELETE FROM event WHERE id = ?", id) > 0;
    }

    void bury(Delivery delivery, String error, long nowMs, int kept) throws SQLException {
        update(
                "INSERT OR REPLACE INTO dead_letter (" + COLUMNS + ", error, died_ms) SELECT " + COLUMNS
                        + ", ?, ? FROM event WHERE id = ?",
                error,
                nowMs,
                delivery.id());
        delete(delivery.id());
        update(
                "DELETE FROM dead_letter WHERE id IN (SELECT id FROM dead_letter WHERE function = ?"
                        + " ORDER BY died_ms DESC, id DESC LIMIT -1 OFFSET ?)",
                delivery.function(),
                kept);
    }

    /** Puts a dead letter back; returns its function, or null when there is none. */
    @Nullable
    String dig(String id, long nowMs) throws SQLException {
        String function = first("SELECT function FROM dead_letter WHERE id = ?", row -> row.getString(1), id);
        if (function != null) {
            update(
                    "INSERT INTO event (" + COLUMNS + ", due_ms, leased) SELECT id, function, kind, source, attributes,"
                            + " payload, created_ms, 0, ?, 0 FROM dead_letter WHERE id = ?",
                    nowMs,
                    id);
            forget(id);
        }
        return function;
    }

    boolean forget(String id) throws SQLException {
        return update("DELETE FROM dead_letter WHERE id = ?", id) > 0;
    }

    List<DeadLetter> deadLetters(@Nullable String function, int count) throws SQLException {
        String select = "SELECT " + COLUMNS + ", error, died_ms FROM dead_letter ";
        String newest = " ORDER BY died_ms DESC, id DESC LIMIT ?";
        return function == null
                ? list(select + newest, EventTable::deadLetter, count)
                : list(select + "WHERE function = ?" + newest, EventTable::deadLetter, function, count);
    }

    Depth depth(String function, long nowMs) throws SQLException {
        long leased =
                count("SELECT count(*) FROM event WHERE function = ? AND leased = 1 AND due_ms > ?", function, nowMs);
        long all = count("SELECT count(*) FROM event WHERE function = ?", function);
        return new Depth(all - leased, leased, count("SELECT count(*) FROM dead_letter WHERE function = ?", function));
    }

    /** When the next event is due that isn't yet. */
    long nextDueMs(long nowMs) throws SQLException {
        return only(
                "SELECT min(due_ms) FROM event WHERE due_ms > ?",
                row -> row.getString(1) == null ? Long.MAX_VALUE : row.getLong(1),
                nowMs);
    }

    private long count(String sql, Object... arguments) throws SQLException {
        return only(sql, row -> row.getLong(1), arguments);
    }

    private interface Reading<T> {
        T of(ResultSet row) throws SQLException;
    }

    private <T> @Nullable T first(String sql, Reading<T> reading, Object... arguments) throws SQLException {
        List<T> rows = list(sql, reading, arguments);
        return rows.isEmpty() ? null : rows.getFirst();
    }

    /** Of a question with one row for an answer, always. */
    private long only(String sql, Reading<Long> reading, Object... arguments) throws SQLException {
        return list(sql, reading, arguments).getFirst();
    }

    private <T> List<T> list(String sql, Reading<T> reading, Object... arguments) throws SQLException {
        try (PreparedStatement select = prepared(sql, arguments);
                ResultSet row = select.executeQuery()) {
            List<T> rows = new ArrayList<>();
            while (row.next()) {
                rows.add(reading.of(row));
            }
            return rows;
        }
    }

    private int update(String sql, Object... arguments) throws SQLException {
        try (PreparedStatement statement = prepared(sql, arguments)) {
            return statement.executeUpdate();
        }
    }

    private PreparedStatement prepared(String sql, Object... arguments) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        for (int i = 0; i < arguments.length; i++) {
            statement.setObject(i + 1, arguments[i]);
        }
        return statement;
    }

    private static Delivery delivery(ResultSet row) throws SQLException {
        return new Delivery(
                row.getString(1),
                row.getString(2),
                row.getString(3),
                row.getString(4),
                attributes(row.getString(5)),
                row.getBytes(6),
                Instant.ofEpochMilli(row.getLong(7)),
                row.getInt(8));
    }

    private static DeadLetter deadLetter(ResultSet row) throws SQLException {
        return new DeadLetter(delivery(row), row.getString(9), Instant.ofEpochMilli(row.getLong(10)));
    }

    /** Attributes as text, in the form of a query string. */
    static String text(Map<String, String> attributes) {
        return attributes.entrySet().stream()
                .map(entry -> encoded(entry.getKey()) + "=" + encoded(entry.getValue()))
                .collect(Collectors.joining("&"));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static Map<String, String> attributes(String text) {
        Map<String, String> attributes = new LinkedHashMap<>();
        for (String entry : text.isEmpty() ? new String[0] : text.split("&", -1)) {
            int equals = entry.indexOf('=');
            attributes.put(
                    URLDecoder.decode(entry.substring(0, equals), StandardCharsets.UTF_8),
                    URLDecoder.decode(entry.substring(equals + 1), StandardCharsets.UTF_8));
        }
        return attributes;
    }
}
