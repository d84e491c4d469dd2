package dev.mayfly.host.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.engine.MayflyException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteCatalogTest extends CatalogContract {
    @TempDir
    Path folder;

    private SqliteCatalog catalog;

    @BeforeEach
    void open() {
        catalog = SqliteCatalog.open(file());
    }

    @AfterEach
    void close() {
        catalog.close();
    }

    private Path file() {
        return folder.resolve("catalog.sqlite");
    }

    @Override
    Catalog catalog() {
        return catalog;
    }

    @Override
    Catalog reopened() {
        catalog.close();
        open();
        return catalog;
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection("jdbc:sqlite:" + file());
    }

    @Test
    void isDurableWithEveryCommit() throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet mode = statement.executeQuery("PRAGMA journal_mode")) {
            assertEquals("wal", mode.getString(1));
        }
    }

    @Test
    void aCommitIsInTheFilesBeforeAnythingIsClosed() throws IOException {
        catalog.put(function("a", "x", Map.of("k", "v")));
        // What a kill at this moment would leave.
        Path copy = Files.createDirectory(folder.resolve("copy"));
        for (String name : List.of("catalog.sqlite", "catalog.sqlite-wal")) {
            Files.copy(folder.resolve(name), copy.resolve(name));
        }
        try (SqliteCatalog left = SqliteCatalog.open(copy.resolve("catalog.sqlite"))) {
            assertEquals(List.of(function("a", "x", Map.of("k", "v"))), left.functions());
        }
    }

    @Test
    void closingLeavesOneFile() {
        catalog.put(function("a", "x", Map.of()));
        catalog.close();
        assertFalse(Files.exists(folder.resolve("catalog.sqlite-wal")));
        catalog.close();
    }

    @Test
    void isBroughtToThisVersionOnce() throws SQLException {
        reopened();
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet version = statement.executeQuery("PRAGMA user_version")) {
            assertEquals(Migrations.version(), version.getInt(1));
        }
    }

    @Test
    void aNewerSchemaIsRefusedWithWhatToDo() throws SQLException {
        catalog.put(function("a", "x", Map.of()));
        catalog.close();
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA user_version = 1000");
        }
        String message = assertThrows(MayflyException.Conflict.class, () -> SqliteCatalog.open(file()))
                .safeMessage();
        assertTrue(message.contains("schema version=1000"), message);
        assertTrue(message.contains("newer Mayfly"), message);
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA user_version = " + Migrations.version());
        }
        open();
        assertEquals(1, catalog.functions().size(), "refusing changed nothing");
    }

    @Test
    void aFileThatIsNoCatalogIsAnErrorThatNamesIt() throws IOException {
        catalog.close();
        Files.writeString(
                file(), "this is no SQLite file, and long enough not to be taken for an empty one ".repeat(20));
        MayflyException e = assertThrows(MayflyException.Internal.class, () -> SqliteCatalog.open(file()));
        assertTrue(e.toString().contains("catalog.sqlite"), e.toString());
    }

    @Test
    void aFailedWriteChangesNothing() throws SQLException {
        DeployedFunction before = function("a", "old", Map.of("k", "v"));
        catalog.put(before);
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "CREATE TRIGGER broken BEFORE INSERT ON function_config BEGIN SELECT RAISE(ABORT, 'as asked'); END");
        }
        assertThrows(MayflyException.Internal.class, () -> catalog.put(function("a", "new", Map.of("k", "w"))));
        assertEquals(List.of(before), catalog.functions());
    }
}
