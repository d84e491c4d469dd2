package dev.mayfly.host.catalog;

import dev.mayfly.engine.MayflyException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.Set;
import org.sqlite.SQLiteException;

/**
 * Refuses a file that is no sound catalog, before a host works on it and makes it worse. SQLite's quick check reads each page once, which
 * takes some 50 ms for 10,000 functions.
 */
final class CatalogCheck {
    private static final Set<String> TABLES = Set.of("function", "version", "alias", "api_key", "secret");

    private CatalogCheck() {}

    /** To be asked before anything is written: what isn't new has a version, or is somebody else's. */
    static void requireOwn(Connection connection, Path file, int version) throws SQLException {
        if (version == 0 && !tables(connection).isEmpty()) {
            throw new MayflyException.Conflict(
                    "the file " + file + " is another program's database: move it away, or choose another data folder");
        }
    }

    /** To be asked when the tables are those of this version. */
    static void requireSound(Connection connection, Path file) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("PRAGMA quick_check(1)")) {
            String finding = row.next() ? row.getString(1) : "nothing to check";
            if (!finding.equals("ok")) {
                throw damaged(file, finding.lines().findFirst().orElse(finding));
            }
        }
        Set<String> missing = new HashSet<>(TABLES);
        missing.removeAll(tables(connection));
        if (!missing.isEmpty()) {
            throw damaged(file, "the tables " + String.join(", ", missing) + " are missing");
        }
    }

    private static Set<String> tables(Connection connection) throws SQLException {
        Set<String> tables = new HashSet<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")) {
            while (rows.next()) {
                tables.add(rows.getString(1));
            }
        }
        return tables;
    }

    /** What is done with a file that may be damaged. */
    @FunctionalInterface
    interface Work {
        void run() throws SQLException;
    }

    /** Does it; throws {@link MayflyException.Invalid} where the file turns out to be damaged. */
    static void onSound(Path file, Work work) throws SQLException {
        try {
            work.run();
        } catch (SQLException e) {
            if (isDamage(e)) {
                throw damaged(file, e);
            }
            throw e;
        }
    }

    /** Whether SQLite says that a file is damaged, or none of its own. */
    static boolean isDamage(SQLException e) {
        return e instanceof SQLiteException sqlite
                && switch (sqlite.getResultCode()) {
                    case SQLITE_NOTADB, SQLITE_CORRUPT, SQLITE_CORRUPT_INDEX, SQLITE_CORRUPT_SEQUENCE -> true;
                    default -> false;
                };
    }

    static MayflyException damaged(Path file, SQLException finding) {
        return damaged(file, String.valueOf(finding.getMessage()));
    }

    private static MayflyException damaged(Path file, String finding) {
        return new MayflyException.Invalid("the catalog " + file + " is damaged (" + finding
                + "): stop here and put a backup of it back; or have 'sqlite3 " + file
                + " .recover' write what can be read into a new file; or move it away with its -wal and -shm, and deploy"
                + " again, which makes a new one. Nothing was changed");
    }
}
