package dev.mayfly.host.catalog;

import dev.mayfly.engine.MayflyException;
import dev.mayfly.linkercache.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.sqlite.Function;

/**
 * Brings a catalog's tables to this version: numbered SQL files, each run once and in one transaction. SQLite's {@code user_version} holds how
 * many were run. A published file is never changed; what is to change gets a new one.
 */
final class Migrations {
    /** SQLite runs it in no transaction; killed in the middle of it, the next host runs it again. */
    private static final String VACUUM = "007-vacuum.sql";

    private static final List<String> FILES = List.of(
            "001-functions.sql",
            "002-settings.sql",
            "003-versions.sql",
            "004-access.sql",
            "005-tried.sql",
            "006-sealed-config.sql",
            VACUUM);

    private Migrations() {}

    static int version() {
        return FILES.size();
    }

    static void run(Connection connection, Path file, Sealing sealing) throws SQLException {
        int version = version(connection);
        if (version > FILES.size()) {
            throw new MayflyException.Conflict(
                    "the catalog " + file + " has schema version=" + version + ", this Mayfly knows up to "
                            + FILES.size() + ": run the newer Mayfly that wrote it, or choose another data folder");
        }
        CatalogCheck.requireOwn(connection, file, version);
        if (version < FILES.size()) {
            addFunctions(connection, sealing);
        }
        for (; version < FILES.size(); version++) {
            migrate(connection, FILES.get(version), version + 1);
        }
    }

    /** What the files ask of the host: text in a form that SQLite alone can't give it. */
    private static void addFunctions(Connection connection, Sealing sealing) throws SQLException {
        Function.create(connection, "canonical_settings", new Function() {
            @Override
            protected void xFunc() throws SQLException {
                result(SettingsJson.write(SettingsJson.parse(value_text(0))));
            }
        });
        Function.create(connection, "version_digest", new Function() {
            @Override
            protected void xFunc() throws SQLException {
                result(FunctionVersion.digest(new Digest(value_text(0)), value_text(1))
                        .hex());
            }
        });
        Function.create(connection, "sealed_config", new Function() {
            @Override
            protected void xFunc() throws SQLException {
                result(SealedConfig.seal(sealing, value_text(0), value_int(1), SettingsJson.parse(value_text(2))));
            }
        });
        Function.create(connection, "settings_in_clear", new Function() {
            @Override
            protected void xFunc() throws SQLException {
                result(SealedConfig.inClear(SettingsJson.parse(value_text(0))));
            }
        });
    }

    private static int version(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("PRAGMA user_version")) {
            return row.getInt(1);
        }
    }

    private static void migrate(Connection connection, String name, int version) throws SQLException {
        if (name.equals(VACUUM)) {
            vacuum(connection, version);
            return;
        }
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            // Runs every statement of the text, unlike execute.
            statement.executeUpdate(text(name));
            statement.execute("PRAGMA user_version = " + version);
            connection.commit();
        } catch (SQLException e) {
            connection.rollback();
            throw e;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    private static void vacuum(Connection connection, int version) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate(text(VACUUM));
            // Until then the old pages are in the file, and in the log.
            statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
            statement.execute("PRAGMA user_version = " + version);
        }
    }

    private static String text(String name) {
        try (InputStream in = Migrations.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new MayflyException.Internal("the resource " + name + " is missing from this build");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new MayflyException.Internal("the resource " + name + " can't be read", e);
        }
    }
}
