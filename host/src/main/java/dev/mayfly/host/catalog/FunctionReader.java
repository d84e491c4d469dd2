package dev.mayfly.host.catalog;

import dev.mayfly.linkercache.Digest;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads functions whole, all of them or one, by a query a table: a start with 10,000 functions waits for it. */
final class FunctionReader {
    private final Rows rows;
    private final Sealing sealing;
    private final String where;
    private final Object[] parameters;

    /** Functions resemble one another: equal lists of imports and equal settings are one object. */
    private final Map<String, List<String>> lists = new HashMap<>();

    private final Map<String, FunctionSettings> settings = new HashMap<>();

    FunctionReader(Connection connection, Sealing sealing, @Nullable String function) {
        this.rows = new Rows(connection);
        this.sealing = sealing;
        this.where = function == null ? "" : " WHERE function = ?";
        this.parameters = function == null ? new Object[0] : new Object[] {function};
    }

    private record Key(String function, String alias) {}

    List<StoredFunction> read() throws SQLException {
        Map<String, List<FunctionVersion>> versions = new HashMap<>();
        query(
                row -> versions.computeIfAbsent(row.getString(1), name -> new ArrayList<>())
                        .add(version(row)),
                "SELECT function, number, digest, component, component_bytes, artifact_bytes, componentized, imports,"
                        + " exports, settings, config, created_at FROM version",
                " ORDER BY function, number");
        Map<Key, List<Alias.Target>> targets = new HashMap<>();
        query(
                row -> targets.computeIfAbsent(key(row), key -> new ArrayList<>())
                        .add(new Alias.Target(row.getInt(3), row.getInt(4))),
                "SELECT function, alias, version, weight FROM alias_target",
                " ORDER BY function, alias, position");
        Map<Key, Rollout> rollouts = new HashMap<>();
        query(
                row -> rollouts.put(key(row), rollout(row)),
                "SELECT function, alias, version, promote_after_ms, error_rate_max, p99_max_us, calls_min, started_at"
                        + " FROM rollout",
                "");
        Map<String, List<Alias>> aliases = new HashMap<>();
        query(
                row -> {
                    Key key = key(row);
                    String sticky = row.getString(3);
                    return aliases.computeIfAbsent(key.function(), name -> new ArrayList<>())
                            .add(new Alias(
                                    key.function(),
                                    key.alias(),
                                    targets.getOrDefault(key, List.of()),
                                    sticky.isEmpty() ? null : Sticky.parse(sticky),
                                    rollouts.get(key),
                                    time(row, 4)));
                },
                "SELECT function, name, sticky, updated_at FROM alias",
                " ORDER BY function, name");
        return rows.query(
                row -> new StoredFunction(
                        row.getString(1),
                        time(row, 2),
                        versions.getOrDefault(row.getString(1), List.of()),
                        aliases.getOrDefault(row.getString(1), List.of())),
                "SELECT name, created_at FROM function" + where.replace("function", "name") + " ORDER BY name",
                parameters);
    }

    private void query(Rows.Reader<?> reader, String select, String order) throws SQLException {
        rows.query(reader, select + where + order, parameters);
    }

    private FunctionVersion version(ResultSet row) throws SQLException {
        return new FunctionVersion(
                row.getString(1),
                row.getInt(2),
                new Digest(row.getString(3)),
                new Digest(row.getString(4)),
                row.getLong(5),
                row.getLong(6),
                row.getBoolean(7),
                list(row.getString(8)),
                list(row.getString(9)),
                settings(row),
                time(row, 12));
    }

    private FunctionSettings settings(ResultSet row) throws SQLException {
        String inClear = row.getString(10);
        String sealed = row.getString(11);
        if (sealed == null) {
            return settings.computeIfAbsent(inClear, SettingsJson::parse);
        }
        String config = SealedConfig.open(sealing, row.getString(1), row.getInt(2), sealed);
        return settings.computeIfAbsent(
                inClear + config,
                both -> SettingsJson.parse(inClear)
                        .withConfig(SettingsJson.parse(config).config()));
    }

    private List<String> list(String lines) {
        return lists.computeIfAbsent(lines, text -> text.isEmpty() ? List.of() : List.of(text.split("\n")));
    }

    private static Rollout rollout(ResultSet row) throws SQLException {
        return new Rollout(
                row.getInt(3),
                Duration.ofMillis(row.getLong(4)),
                row.getDouble(5),
                Duration.ofNanos(row.getLong(6) * 1_000),
                row.getLong(7),
                time(row, 8));
    }

    private static Key key(ResultSet row) throws SQLException {
        return new Key(row.getString(1), row.getString(2));
    }

    private static Instant time(ResultSet row, int column) throws SQLException {
        return Instant.ofEpochMilli(row.getLong(column));
    }

    /** Reads what {@link Alias.Target#text} wrote. */
    static List<Alias.Target> targets(String text) {
        return Arrays.stream(text.split(" "))
                .map(target -> target.split("="))
                .map(target -> new Alias.Target(Integer.parseInt(target[0]), Integer.parseInt(target[1])))
                .toList();
    }
}
