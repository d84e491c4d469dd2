package dev.mayfly.host.catalog;

import dev.mayfly.engine.MayflyException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A catalog in one SQLite file.
 *
 * <p>Write-ahead log and {@code synchronous=FULL}: a commit is on disk when it returns, and a crash at any moment leaves the last commit.
 *
 * <p>Threads: one connection, used by one thread at a time. That is enough: the host reads everything once at start and then serves from
 * memory, so only deployments come here.
 */
public final class SqliteCatalog implements Catalog {
    private final CatalogConnection connection;
    private final Rows rows;
    private final Sealing sealing;

    private SqliteCatalog(CatalogConnection connection, Rows rows, Sealing sealing) {
        this.connection = connection;
        this.rows = rows;
        this.sealing = sealing;
    }

    /**
     * Opens the catalog in {@code file} and brings its tables to this version; makes it when it isn't there.
     *
     * @param sealing of what may be confidential in it
     * @throws MayflyException.Conflict when a newer Mayfly or another program has written it
     * @throws MayflyException.Invalid when it is damaged, with what to do
     * @throws MayflyException.Internal when it can't be read
     */
    public static SqliteCatalog open(Path file, Sealing sealing) {
        CatalogConnection connection = CatalogConnection.open(file);
        try {
            Rows rows = connection.read("opening " + file, sql -> {
                CatalogCheck.onSound(file, () -> {
                    Migrations.run(sql, file, sealing);
                    CatalogCheck.requireSound(sql, file);
                });
                return new Rows(sql);
            });
            return new SqliteCatalog(connection, rows, sealing);
        } catch (RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    @Override
    public List<StoredFunction> functions() {
        return read("listing functions", null);
    }

    @Override
    public Optional<StoredFunction> find(String function) {
        return read("looking up " + function, function).stream().findFirst();
    }

    private List<StoredFunction> read(String doing, @Nullable String function) {
        return connection.read(doing, sql -> new FunctionReader(sql, sealing, function).read());
    }

    @Override
    public int nextVersion(String function) {
        return locked("numbering a version of " + function, () -> {
            List<Integer> next =
                    rows.query(row -> row.getInt(1), "SELECT version_next FROM function WHERE name = ?", function);
            return next.isEmpty() ? 1 : next.getFirst();
        });
    }

    @Override
    public void add(FunctionVersion version, @Nullable Alias alias) {
        write("storing version " + version.number() + " of " + version.function(), () -> {
            rows.update(
                    "INSERT INTO function (name, created_at, version_next) VALUES (?, ?, 1) ON CONFLICT DO NOTHING",
                    version.function(),
                    version.createdAt());
            int numbered = rows.update(
                    "UPDATE function SET version_next = version_next + 1 WHERE name = ? AND version_next = ?",
                    version.function(),
                    version.number());
            if (numbered == 0) {
                throw new MayflyException.Conflict(
                        "version " + version.number() + " is not the next one of " + version.function());
            }
            insert(version);
            if (alias != null) {
                write(alias, "deployed version " + version.number());
            }
            return true;
        });
    }

    private void insert(FunctionVersion version) throws SQLException {
        int inserted = rows.update(
                "INSERT INTO version (function, number, digest, component, component_bytes, artifact_bytes,"
                        + " componentized, imports, exports, settings, config, created_at)"
                        + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (function, digest) DO NOTHING",
                version.function(),
                version.number(),
                version.digest().hex(),
                version.component().hex(),
                version.componentBytes(),
                version.artifactBytes(),
                version.componentized(),
                String.join("\n", version.imports()),
                String.join("\n", version.exports()),
                SealedConfig.inClear(version.settings()),
                SealedConfig.seal(sealing, version.function(), version.number(), version.settings()),
                version.createdAt());
        if (inserted == 0) {
            throw new MayflyException.Conflict(
                    version.function() + " has a version of the digest " + version.digest() + " already");
        }
    }

    @Override
    public void put(Alias alias, String reason) {
        write("moving alias " + alias.name() + " of " + alias.function(), () -> {
            write(alias, reason);
            return true;
        });
    }

    private void write(Alias alias, String reason) throws SQLException {
        for (Alias.Target target : alias.targets()) {
            if (rows.query(
                            row -> 1,
                            "SELECT 1 FROM version WHERE function = ? AND number = ?",
                            alias.function(),
                            target.version())
                    .isEmpty()) {
                throw new MayflyException.NotFound(alias.function() + " has no version " + target.version());
            }
        }
        release(alias.function(), alias.name(), alias.updatedAt());
        rows.update(
                "INSERT INTO alias (function, name, sticky, updated_at) VALUES (?, ?, ?, ?)"
                        + " ON CONFLICT DO UPDATE SET sticky = excluded.sticky, updated_at = excluded.updated_at",
                alias.function(),
                alias.name(),
                alias.sticky() == null ? "" : alias.sticky().toString(),
                alias.updatedAt());
        rows.update("DELETE FROM alias_target WHERE function = ? AND alias = ?", alias.function(), alias.name());
        for (int position = 0; position < alias.targets().size(); position++) {
            Alias.Target target = alias.targets().get(position);
            rows.update(
                    "INSERT INTO alias_target (function, alias, position, version, weight) VALUES (?, ?, ?, ?, ?)",
                    alias.function(),
                    alias.name(),
                    position,
                    target.version(),
                    target.weight());
        }
        write(alias.function(), alias.name(), alias.rollout());
        rows.update(
                "INSERT INTO alias_change (function, alias, sequence, at, reason, targets)"
                        + " SELECT ?1, ?2, coalesce(max(sequence), 0) + 1, ?3, ?4, ?5 FROM alias_change"
                        + " WHERE function = ?1 AND alias = ?2",
                alias.function(),
                alias.name(),
                alias.updatedAt(),
                reason,
                Alias.Target.text(alias.targets()));
        rows.update(
                "DELETE FROM alias_change WHERE function = ?1 AND alias = ?2 AND sequence <= ?3 +"
                        + " (SELECT max(sequence) FROM alias_change WHERE function = ?1 AND alias = ?2)",
                alias.function(),
                alias.name(),
                -ALIAS_CHANGE_COUNT_MAX);
    }

    private void write(String function, String alias, @Nullable Rollout rollout) throws SQLException {
        rows.update("DELETE FROM rollout WHERE function = ? AND alias = ?", function, alias);
        if (rollout != null) {
            rows.update(
                    "INSERT INTO rollout (function, alias, version, promote_after_ms, error_rate_max, p99_max_us,"
                            + " calls_min, started_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    function,
                    alias,
                    rollout.version(),
                    rollout.promoteAfter().toMillis(),
                    rollout.errorRateMax(),
                    rollout.p99Max().toNanos() / 1_000,
                    rollout.callsMin(),
                    rollout.startedAt());
        }
    }

    /** Versions that the alias points to were in use until now. */
    private void release(String function, String alias, Instant now) throws SQLException {
        rows.update(
                "UPDATE version SET released_at = ?3 WHERE function = ?1 AND number IN"
                        + " (SELECT version FROM alias_target WHERE function = ?1 AND alias = ?2)",
                function,
                alias,
                now);
    }

    @Override
    public List<AliasChange> changes(String function, String alias) {
        return locked(
                "reading the history of " + alias,
                () -> rows.query(
                        row -> new AliasChange(
                                row.getLong(1),
                                Instant.ofEpochMilli(row.getLong(2)),
                                row.getString(3),
                                FunctionReader.targets(row.getString(4))),
                        "SELECT sequence, at, reason, targets FROM alias_change WHERE function = ? AND alias = ?"
                                + " ORDER BY sequence DESC",
                        function,
                        alias));
    }

    @Override
    public boolean removeAlias(String function, String alias) {
        return write("removing alias " + alias + " of " + function, () -> {
            release(function, alias, Instant.now());
            return rows.update("DELETE FROM alias WHERE function = ? AND name = ?", function, alias) > 0;
        });
    }

    @Override
    public boolean removeVersion(String function, int number) {
        return write("removing version " + number + " of " + function, () -> {
            List<String> aliases = rows.query(
                    row -> row.getString(1),
                    "SELECT DISTINCT alias FROM alias_target WHERE function = ? AND version = ? ORDER BY alias",
                    function,
                    number);
            if (!aliases.isEmpty()) {
                throw new MayflyException.Conflict("version " + number + " of " + function + " is what "
                        + String.join(", ", aliases) + " points to: move the alias first");
            }
            return rows.update("DELETE FROM version WHERE function = ? AND number = ?", function, number) > 0;
        });
    }

    @Override
    public void invoked(Map<VersionId, Instant> lastInvokedAt) {
        write("noting invocations", () -> {
            for (Map.Entry<VersionId, Instant> entry : lastInvokedAt.entrySet()) {
                rows.update(
                        "UPDATE version SET last_invoked_at = ? WHERE function = ? AND number = ?",
                        entry.getValue(),
                        entry.getKey().function(),
                        entry.getKey().number());
            }
            return true;
        });
    }

    @Override
    public Map<Integer, Instant> lastInvoked(String function) {
        return locked("looking up " + function, () -> {
            Map<Integer, Instant> lastInvoked = new TreeMap<>();
            rows.query(
                    row -> lastInvoked.put(row.getInt(1), Instant.ofEpochMilli(row.getLong(2))),
                    "SELECT number, last_invoked_at FROM version WHERE function = ? AND last_invoked_at IS NOT NULL",
                    function);
            return lastInvoked;
        });
    }

    @Override
    public void tried(Map<AliasId, Duration> tried) {
        write("noting trials", () -> {
            for (Map.Entry<AliasId, Duration> entry : tried.entrySet()) {
                rows.update(
                        "UPDATE rollout SET tried_ms = ? WHERE function = ? AND alias = ?",
                        entry.getValue().toMillis(),
                        entry.getKey().function(),
                        entry.getKey().name());
            }
            return true;
        });
    }

    @Override
    public Map<AliasId, Duration> tried() {
        return locked("reading trials", () -> {
            Map<AliasId, Duration> tried = new HashMap<>();
            rows.query(
                    row -> tried.put(
                            new AliasId(row.getString(1), row.getString(2)), Duration.ofMillis(row.getLong(3))),
                    "SELECT function, alias, tried_ms FROM rollout");
            return tried;
        });
    }

    @Override
    public List<VersionId> idleSince(Instant before, int countMax) {
        return locked(
                "looking for idle versions",
                () -> rows.query(
                        row -> new VersionId(row.getString(1), row.getInt(2)),
                        "SELECT function, number FROM version v"
                                + " WHERE max(created_at, coalesce(last_invoked_at, 0), coalesce(released_at, 0)) < ?"
                                + " AND NOT EXISTS (SELECT 1 FROM alias_target t"
                                + "  WHERE t.function = v.function AND t.version = v.number)"
                                + " LIMIT ?",
                        before,
                        countMax));
    }

    @Override
    public void sealAnew() {
        write("sealing configurations anew", () -> {
            List<Sealed> old = rows.query(
                    row -> new Sealed(row.getString(1), row.getInt(2), row.getString(3)),
                    "SELECT function, number, config FROM version WHERE config IS NOT NULL");
            old.removeIf(version -> sealing.isCurrent(version.config));
            for (Sealed version : old) {
                rows.update(
                        "UPDATE version SET config = ? WHERE function = ? AND number = ?",
                        SealedConfig.sealAnew(sealing, version.function, version.number, version.config),
                        version.function,
                        version.number);
            }
            return true;
        });
    }

    private record Sealed(String function, int number, String config) {}

    @Override
    public boolean remove(String function) {
        return write("removing " + function, () -> rows.update("DELETE FROM function WHERE name = ?", function) > 0);
    }

    private interface Work<T> {
        T run() throws SQLException;
    }

    private <T> T locked(String doing, Work<T> work) {
        return connection.read(doing, sql -> work.run());
    }

    private boolean write(String doing, Work<Boolean> change) {
        return connection.write(doing, sql -> change.run());
    }

    /** Writes the log back into the file and closes it. */
    @Override
    public void close() {
        try {
            connection.read("closing", sql -> {
                if (sql.isClosed()) {
                    return false;
                }
                try (Statement statement = sql.createStatement()) {
                    return statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
                }
            });
        } finally {
            connection.close();
        }
    }
}
