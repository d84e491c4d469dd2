package dev.mayfly.host.catalog;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.engine.MayflyException;
import dev.mayfly.host.secrets.SealingKeys;
import dev.mayfly.linkercache.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.Function;

class SqliteCatalogTest extends CatalogContract {
    private static final int PAGE_BYTES = 4096;

    @TempDir
    Path folder;

    private SqliteCatalog catalog;

    @BeforeEach
    void open() {
        catalog = open(file());
    }

    private SqliteCatalog open(Path file) {
        return SqliteCatalog.open(file, SealingKeys.read(folder, Map.of()));
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
        deploy(catalog, "a", 1);
        // What a kill at this moment would leave.
        Path copy = Files.createDirectory(folder.resolve("copy"));
        for (String name : List.of("catalog.sqlite", "catalog.sqlite-wal")) {
            Files.copy(folder.resolve(name), copy.resolve(name));
        }
        try (SqliteCatalog left = open(copy.resolve("catalog.sqlite"))) {
            assertEquals(List.of(stored("a", 1)), left.functions());
        }
    }

    @Test
    void closingLeavesOneFile() {
        deploy(catalog, "a", 1);
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
        deploy(catalog, "a", 1);
        catalog.close();
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA user_version = 1000");
        }
        String message =
                assertThrows(MayflyException.Conflict.class, () -> open(file())).safeMessage();
        assertTrue(message.contains("schema version=1000"), message);
        assertTrue(message.contains("newer Mayfly"), message);
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA user_version = " + Migrations.version());
        }
        open();
        assertEquals(1, catalog.functions().size(), "refusing changed nothing");
    }

    /** What a damaged file is answered with. */
    private void refusedAsDamaged(byte[] content) throws IOException {
        Files.write(file(), content);
        String message =
                assertThrows(MayflyException.Invalid.class, () -> open(file())).safeMessage();
        for (String part : List.of(file().toString(), "is damaged", "backup", ".recover", "move it away")) {
            assertTrue(message.contains(part), message);
        }
    }

    @Test
    void aFileThatIsNoDatabaseIsRefusedWithWhatToDo() throws IOException {
        catalog.close();
        byte[] text = "this is no SQLite file, and long enough not to be taken for an empty one "
                .repeat(20)
                .getBytes(StandardCharsets.UTF_8);
        refusedAsDamaged(text);
        assertArrayEquals(text, Files.readAllBytes(file()), "refusing changed nothing");
    }

    @Test
    void aDamagedCatalogIsRefusedWithWhatToDo() throws Exception {
        for (int i = 0; i < 100; i++) {
            deploy(catalog, "a" + i, 1);
        }
        catalog.close();
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            // Pages that hold nothing may hold anything.
            statement.execute("VACUUM");
        }
        byte[] sound = Files.readAllBytes(file());
        // Each page but the first, one after the other, is overwritten: whatever it holds, it is missed.
        for (int page = 1; page < sound.length / PAGE_BYTES; page++) {
            byte[] damaged = sound.clone();
            Arrays.fill(damaged, page * PAGE_BYTES, (page + 1) * PAGE_BYTES, (byte) 0xA5);
            refusedAsDamaged(damaged);
        }
        refusedAsDamaged(Arrays.copyOf(sound, sound.length / 2 / PAGE_BYTES * PAGE_BYTES));
        Files.write(file(), sound);
        open();
        assertEquals(100, catalog.functions().size());
    }

    @Test
    void aCatalogWithoutItsTablesIsRefused() throws Exception {
        catalog.close();
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute("DROP TABLE api_key");
        }
        refusedAsDamaged(Files.readAllBytes(file()));
    }

    @Test
    void anotherProgramsDatabaseIsRefused() throws Exception {
        catalog.close();
        Files.delete(file());
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE bookmark (url TEXT)");
        }
        String message =
                assertThrows(MayflyException.Conflict.class, () -> open(file())).safeMessage();
        assertTrue(message.contains("another program's database"), message);
    }

    @Test
    void aFailedWriteChangesNothing() throws SQLException {
        deploy(catalog, "a", 1);
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "CREATE TRIGGER broken BEFORE INSERT ON alias_change BEGIN SELECT RAISE(ABORT, 'as asked'); END");
        }
        assertThrows(MayflyException.Internal.class, () -> deploy(catalog, "b", 1));
        assertThrows(MayflyException.Internal.class, () -> catalog.add(version("a", 2), Alias.of("a", "live", 2, NOW)));
        assertEquals(List.of(stored("a", 1)), catalog.functions());
        assertEquals(2, catalog.nextVersion("a"));
    }

    @Test
    void whatAnOlderMayflyDeployedIsVersionOneAndLive() throws Exception {
        catalog.close();
        Files.delete(file());
        String config = "ключ=\"\\\u0001 a/b";
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            for (String file : List.of("001-functions.sql", "002-settings.sql")) {
                statement.executeUpdate(migration(file));
            }
            for (String name : List.of("a", "b")) {
                statement.execute("INSERT INTO function VALUES ('" + name + "', '"
                        + Digest.of("x").hex() + "', 10, 20, 1, 'i1\ni2', 'e', 1000, 2000)");
            }
            statement.execute("INSERT INTO function_config VALUES ('a', 'z', '" + config + "'), ('a', 'k', '')");
            statement.execute("INSERT INTO function_binding VALUES ('a', 'db', 'orders-db')");
            statement.execute("INSERT INTO function_topic VALUES ('a', 'uploads'), ('a', 'orders')");
            statement.execute("PRAGMA user_version = 2");
        }
        open();
        FunctionSettings settings = FunctionSettings.NONE
                .withConfig(Map.of("z", config, "k", ""))
                .withBindings(Map.of("db", "orders-db"))
                .withTopics(new TreeSet<>(List.of("orders", "uploads")));
        assertEquals(List.of(migrated("a", settings), migrated("b", FunctionSettings.NONE)), catalog.functions());
        assertEquals(2, catalog.nextVersion("a"));
        assertEquals(
                List.of(new AliasChange(
                        1, Instant.ofEpochMilli(2000), "deployed version 1", List.of(new Alias.Target(1, 100)))),
                catalog.changes("a", "live"));
        assertEquals(2, reopened().functions().size());
    }

    private static String migration(String file) throws IOException {
        try (InputStream in = Migrations.class.getResourceAsStream(file)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void whatAnOlderMayflyKeptInClearIsNowhereInItsFiles() throws Exception {
        catalog.close();
        Files.delete(file());
        FunctionSettings settings = FunctionSettings.NONE
                .withConfig(Map.of("TOKEN", "in-clear-4711"))
                .withPublic(true);
        Digest digest = FunctionVersion.digest(Digest.of("x"), settings);
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA journal_mode = WAL");
            statement.executeUpdate(migration("001-functions.sql") + migration("002-settings.sql"));
            for (String ours : List.of("canonical_settings", "version_digest")) {
                Function.create(connection, ours, new Function() {
                    @Override
                    protected void xFunc() {}
                });
            }
            statement.executeUpdate(migration("003-versions.sql") + migration("004-access.sql"));
            statement.execute("INSERT INTO function VALUES ('a', 1000, 4)");
            for (int number = 1; number <= 3; number++) {
                statement.execute("INSERT INTO version VALUES ('a', " + number + ", '"
                        + (number == 1 ? digest : Digest.of("v" + number)).hex() + "', '"
                        + Digest.of("x").hex() + "', 10, 20, 0, '', '', '" + SettingsJson.write(settings)
                        + "', 2000, NULL, NULL)");
            }
            // What is removed is still in the file.
            statement.execute("DELETE FROM version WHERE number = 2");
            statement.execute("PRAGMA user_version = 4");
            statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
            assertTrue(isInFiles("in-clear-4711"), "else this test shows nothing");
        }
        open();
        assertFalse(isInFiles("in-clear-4711"));
        List<FunctionVersion> versions = catalog.functions().getFirst().versions();
        assertEquals(settings, versions.getFirst().settings());
        assertEquals(digest, versions.getFirst().digest(), "it is the same version");
        assertEquals(settings, versions.getLast().settings());
        assertEquals(2, reopened().functions().getFirst().versions().size());
    }

    private boolean isInFiles(String text) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (Files.readString(file, StandardCharsets.ISO_8859_1).contains(text)) {
                    return true;
                }
            }
        }
        return false;
    }

    @Test
    void aConfigurationThatIsMovedToAnotherVersionIsNotOpened() throws Exception {
        deploy(catalog, "a", 2);
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute("UPDATE version SET config = (SELECT config FROM version WHERE number = 1)");
        }
        String message = String.valueOf(
                assertThrows(MayflyException.Internal.class, catalog::functions).getMessage());
        assertTrue(message.contains("the configuration of a:2 was changed"), message);
    }

    private static StoredFunction migrated(String name, FunctionSettings settings) {
        FunctionVersion version = new FunctionVersion(
                name,
                1,
                FunctionVersion.digest(Digest.of("x"), settings),
                Digest.of("x"),
                10,
                20,
                true,
                List.of("i1", "i2"),
                List.of("e"),
                settings,
                Instant.ofEpochMilli(2000));
        return new StoredFunction(
                name,
                Instant.ofEpochMilli(1000),
                List.of(version),
                List.of(Alias.of(name, "live", 1, Instant.ofEpochMilli(2000))));
    }
}
