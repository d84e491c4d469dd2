package dev.mayfly.hostinterfaces.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.hostinterfaces.Deadline;
import dev.mayfly.hostinterfaces.HostError;
import dev.mayfly.hostinterfaces.HostError.Kind;
import dev.mayfly.hostinterfaces.sql.SqlDatabase.Transaction;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SqliteDatabaseTest extends SqlDatabaseContract {
    @TempDir
    private Path folder;

    @Override
    JdbcDatabase open() {
        return JdbcDatabase.open(SqliteConfig.of(folder.resolve("db.sqlite")).withPoolSize(POOL_SIZE), LIMITS);
    }

    @Override
    String bytesType() {
        return "BLOB";
    }

    @Override
    String doubleType() {
        return "REAL";
    }

    @Override
    Object truth() {
        return 1L;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ATTACH '%s' AS other",
                "DETACH main",
                "VACUUM INTO '%s'",
                "backup to '%s'",
                "backup main to '%s'",
                "restore from '%s'",
                "SELECT load_extension('%s')",
                "SELECT readfile('%s')",
                "SELECT writefile('%s', 'x')",
                "SELECT * FROM pragma_database_list",
                "SELECT * FROM \"pragma_database_list\"",
                "SELECT * FROM [pragma_database_list]",
                "SELECT * FROM 'PRAGMA_database_list'()",
                "CREATE VIEW v AS SELECT * FROM pragma_database_list",
                "PRAGMA writable_schema = 1",
                "PRAGMA journal_mode = DELETE",
                "CREATE VIRTUAL TABLE v USING csv(filename='%s')"
            })
    void nothingReachesTheHostsFiles(String statement) throws Exception {
        run("CREATE TABLE t (n)");
        Path secret = folder.resolve("secret");
        List<Path> before = files();

        HostError error =
                assertThrows(HostError.class, () -> read(statement.formatted(secret)), statement.formatted(secret));

        assertTrue(List.of(Kind.PERMISSION_DENIED, Kind.INVALID).contains(error.kind()), error.getMessage());
        assertEquals(before, files());
    }

    private List<Path> files() throws Exception {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    @Test
    void triggersAndForeignKeysWork() {
        run("CREATE TABLE parent (id INTEGER PRIMARY KEY)");
        run("CREATE TABLE child (parent REFERENCES parent)");
        run("CREATE TRIGGER both AFTER INSERT ON parent BEGIN INSERT INTO child VALUES (NEW.id);"
                + " UPDATE child SET parent = NEW.id; END");

        run("INSERT INTO parent VALUES (1)");

        assertEquals(List.of(values(1L)), read("SELECT parent FROM child"));
        refused(Kind.CONFLICT, () -> run("INSERT INTO child VALUES (7)"));
    }

    @Test
    void whatWasCommittedIsThereWhenItIsOpenedAgain() {
        run("CREATE TABLE t (n)");
        run("INSERT INTO t VALUES (7)");
        database.close();

        database = open();

        assertEquals(List.of(values(7L)), read("SELECT n FROM t"));
    }

    @Test
    void whoWaitsForAnotherTransactionDoesSoUntilTheDeadline() {
        run("CREATE TABLE t (n)");
        try (Transaction first = database.begin(soon())) {
            first.execute("INSERT INTO t VALUES (1)", values(), soon());

            assertEquals(List.of(), read("SELECT n FROM t"), "readers don't wait");
            refused(
                    Kind.UNAVAILABLE,
                    () -> database.execute("INSERT INTO t VALUES (2)", values(), Deadline.in(Duration.ofMillis(100))));
            first.commit(soon());
        }
        assertEquals(1, run("INSERT INTO t VALUES (2)"));
    }

    @Test
    void statementsThatComputeLeaveTheThreadsOfOthersAlone() throws Exception {
        CountDownLatch computing = new CountDownLatch(POOL_SIZE);
        List<Thread> runaways = Stream.generate(() -> Thread.ofVirtual().start(() -> {
                    computing.countDown();
                    assertThrows(
                            HostError.class,
                            () -> database.query(
                                    NUMBERS + "SELECT count(*) FROM n", values(), Deadline.in(Duration.ofSeconds(3))));
                }))
                .limit(Math.max(POOL_SIZE, 2L * Runtime.getRuntime().availableProcessors()))
                .toList();
        assertTrue(computing.await(20, TimeUnit.SECONDS));

        CountDownLatch ran = new CountDownLatch(1);
        Thread.ofVirtual().start(ran::countDown);

        assertTrue(ran.await(2, TimeUnit.SECONDS), "a virtual thread found no carrier");
        for (Thread runaway : runaways) {
            runaway.join();
        }
    }

    @Test
    void aDatabaseDoesNotGrowBeyondItsSize() {
        try (SqlDatabase small =
                JdbcDatabase.open(SqliteConfig.temporary().withBytesMax(64 << 10), SqlLimits.defaults())) {
            small.execute("CREATE TABLE t (b)", values(), soon());
            refused(
                    Kind.LIMIT_EXCEEDED,
                    () -> small.execute("INSERT INTO t VALUES (zeroblob(100000))", values(), soon()));
            assertEquals(1, small.execute("INSERT INTO t VALUES (zeroblob(10000))", values(), soon()));
        }
    }

    @Test
    void aValueDoesNotTakeTheHostsMemory() {
        refused(Kind.LIMIT_EXCEEDED, () -> read("SELECT length(hex(zeroblob(500000000)))"));
    }

    @Test
    void aTemporaryDatabaseIsOneForAllConnectionsAndGoneAfterwards() throws Exception {
        List<Path> before = temporaryFolders();
        try (SqlDatabase temporary = JdbcDatabase.open(SqliteConfig.temporary(), LIMITS)) {
            temporary.execute("CREATE TABLE t (n)", values(), soon());
            try (Transaction one = temporary.begin(soon())) {
                assertEquals(List.of(), all(temporary.query("SELECT n FROM t", values(), soon())));
                one.execute("INSERT INTO t VALUES (1)", values(), soon());
                one.commit(soon());
            }
            assertEquals(List.of(values(1L)), all(temporary.query("SELECT n FROM t", values(), soon())));
        }
        assertEquals(before, temporaryFolders());
    }

    private static List<Path> temporaryFolders() throws Exception {
        try (Stream<Path> files = Files.list(Path.of(Objects.requireNonNull(System.getProperty("java.io.tmpdir"))))) {
            return files.filter(file -> file.getFileName().toString().startsWith("mayfly-sqlite-"))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void aConfigurationThatCannotBeIsRefused() {
        Path file = folder.resolve("db");
        assertThrows(IllegalArgumentException.class, () -> SqliteConfig.of(file).withPoolSize(0));
        assertThrows(IllegalArgumentException.class, () -> SqliteConfig.of(file).withPoolSize(65));
        assertThrows(IllegalArgumentException.class, () -> SqliteConfig.of(file).withBytesMax(1));
        assertThrows(IllegalArgumentException.class, () -> SqliteConfig.of(folder.resolve("db?open_mode=1")));
        Path nowhere = folder.resolve("nowhere").resolve("db");
        assertThrows(IllegalArgumentException.class, () -> JdbcDatabase.open(SqliteConfig.of(nowhere), LIMITS));
        assertFalse(Files.exists(nowhere));
    }
}
