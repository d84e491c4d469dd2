package dev.mayfly.host.catalog;

import dev.mayfly.engine.MayflyException;
import dev.mayfly.linkercache.ArtifactStore;
import dev.mayfly.linkercache.Digest;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * A catalog in one SQLite file.
 *
 * <p>Write-ahead log and {@code synchronous=FULL}: a commit is on disk when it returns, and a crash at any moment leaves the last commit.
 *
 * <p>Threads: one connection, used by one thread at a time. That is enough: the host reads everything once at start and then serves from
 * memory, so only deployments come here.
 */
public final class SqliteCatalog implements Catalog {
    private static final String SELECT =
            "SELECT name, component, component_bytes, artifact_bytes, componentized, imports, exports, created_at,"
                    + " updated_at FROM function";

    private final ReentrantLock lock = new ReentrantLock();
    private final Connection connection;

    private SqliteCatalog(Connection connection) {
        this.connection = connection;
    }

    /**
     * Opens the catalog in {@code file} and brings its tables to this version; makes it when it isn't there.
     *
     * @throws MayflyException.Conflict when a newer Mayfly has written it
     * @throws MayflyException.Internal when it can't be read
     */
    public static SqliteCatalog open(Path file) {
        SQLiteConfig config = new SQLiteConfig();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        config.enforceForeignKeys(true);
        // The data folder's lock keeps other hosts out; this is for an operator who looks into the file while the host
        // runs.
        config.setBusyTimeout(5_000);
        // A write transaction takes its lock when it begins: waiting is then in one place and can't end in a deadlock.
        config.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
        try {
            Connection connection = config.createConnection("jdbc:sqlite:" + file);
            try {
                Migrations.run(connection, file);
                return new SqliteCatalog(connection);
            } catch (SQLException | RuntimeException e) {
                connection.close();
                throw e;
            }
        } catch (SQLException e) {
            throw failure("opening " + file, e);
        }
    }

    @Override
    public List<DeployedFunction> functions() {
        return read("listing functions", SELECT + " ORDER BY name", null);
    }

    @Override
    public Optional<DeployedFunction> find(String name) {
        return read("looking up " + name, SELECT + " WHERE name = ?", name).stream()
                .findFirst();
    }

    private List<DeployedFunction> read(String doing, String sql, @Nullable String name) {
        lock.lock();
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            if (name != null) {
                select.setString(1, name);
            }
            List<DeployedFunction> functions = new ArrayList<>();
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    functions.add(function(row));
                }
            }
            return functions;
        } catch (SQLException e) {
            throw failure(doing, e);
        } finally {
            lock.unlock();
        }
    }

    private DeployedFunction function(ResultSet row) throws SQLException {
        String name = row.getString(1);
        return new DeployedFunction(
                name,
                new Digest(row.getString(2)),
                row.getLong(3),
                row.getLong(4),
                row.getBoolean(5),
                row.getString(6).lines().toList(),
                row.getString(7).lines().toList(),
                new FunctionSettings(
                        entries("SELECT name, value FROM function_config WHERE function = ?", name),
                        entries("SELECT name, value FROM function_binding WHERE function = ?", name),
                        new TreeSet<>(entries("SELECT name, name FROM function_topic WHERE function = ?", name)
                                .keySet())),
                Instant.ofEpochMilli(row.getLong(8)),
                Instant.ofEpochMilli(row.getLong(9)));
    }

    private Map<String, String> entries(String sql, String function) throws SQLException {
        Map<String, String> entries = new TreeMap<>();
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            select.setString(1, function);
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    entries.put(row.getString(1), row.getString(2));
                }
            }
        }
        return entries;
    }

    @Override
    public void put(DeployedFunction function) {
        write("storing " + function.name(), () -> {
            // Its settings go with it: ON DELETE CASCADE.
            delete(function.name());
            try (PreparedStatement insert = connection.prepareStatement(
                    "INSERT INTO function (name, component, component_bytes, artifact_bytes, componentized, imports,"
                            + " exports, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
                insert.setString(1, function.name());
                insert.setString(2, function.component().hex());
                insert.setLong(3, function.componentBytes());
                insert.setLong(4, function.artifactBytes());
                insert.setBoolean(5, function.componentized());
                insert.setString(6, String.join("\n", function.imports()));
                insert.setString(7, String.join("\n", function.exports()));
                insert.setLong(8, function.createdAt().toEpochMilli());
                insert.setLong(9, function.updatedAt().toEpochMilli());
                insert.executeUpdate();
            }
            FunctionSettings settings = function.settings();
            insert("INSERT INTO function_config (function, name, value) VALUES (?, ?, ?)", function, settings.config());
            insert(
                    "INSERT INTO function_binding (function, name, value) VALUES (?, ?, ?)",
                    function,
                    settings.bindings());
            try (PreparedStatement insert =
                    connection.prepareStatement("INSERT INTO function_topic (function, name) VALUES (?, ?)")) {
                for (String topic : settings.topics()) {
                    insert.setString(1, function.name());
                    insert.setString(2, topic);
                    insert.executeUpdate();
                }
            }
            return true;
        });
    }

    private void insert(String sql, DeployedFunction function, Map<String, String> entries) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(sql)) {
            for (Map.Entry<String, String> entry : entries.entrySet()) {
                insert.setString(1, function.name());
                insert.setString(2, entry.getKey());
                insert.setString(3, entry.getValue());
                insert.executeUpdate();
            }
        }
    }

    @Override
    public boolean remove(String name) {
        return write("removing " + name, () -> delete(name));
    }

    private boolean delete(String name) throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement("DELETE FROM function WHERE name = ?")) {
            delete.setString(1, name);
            return delete.executeUpdate() > 0;
        }
    }

    @FunctionalInterface
    private interface Change {
        boolean make() throws SQLException;
    }

    private boolean write(String doing, Change change) {
        lock.lock();
        try {
            return inTransaction(connection, change);
        } catch (SQLException e) {
            throw failure(doing, e);
        } finally {
            lock.unlock();
        }
    }

    private static boolean inTransaction(Connection connection, Change change) throws SQLException {
        connection.setAutoCommit(false);
        try {
            boolean result = change.make();
            connection.commit();
            return result;
        } catch (SQLException | RuntimeException e) {
            connection.rollback();
            throw e;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    private static MayflyException failure(String doing, SQLException e) {
        if (e instanceof SQLiteException sqlite && sqlite.getResultCode() == SQLiteErrorCode.SQLITE_FULL) {
            return new MayflyException.LimitExceeded(
                    ArtifactStore.DISK_SPACE,
                    doing
                            + " failed: the data folder's disk is full (limit disk-space); free some space and try again");
        }
        return new MayflyException.Internal("catalog: " + doing + " failed: " + e.getMessage(), e);
    }

    /** Writes the log back into the file and closes it. */
    @Override
    public void close() {
        lock.lock();
        try {
            if (!connection.isClosed()) {
                try (Statement statement = connection.createStatement()) {
                    statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
                } finally {
                    connection.close();
                }
            }
        } catch (SQLException e) {
            throw failure("closing", e);
        } finally {
            lock.unlock();
        }
    }
}
