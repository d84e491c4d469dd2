package dev.mayfly.hostinterfaces.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.hostinterfaces.Deadline;
import dev.mayfly.hostinterfaces.HostError;
import dev.mayfly.hostinterfaces.HostError.Kind;
import dev.mayfly.hostinterfaces.sql.SqlDatabase.Rows;
import dev.mayfly.hostinterfaces.sql.SqlDatabase.Transaction;
import dev.mayfly.hostinterfaces.testing.PostgresServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PostgresDatabaseTest extends SqlDatabaseContract {
    private static PostgresServer server;

    @BeforeAll
    static void startServer() {
        server = PostgresServer.start();
    }

    @AfterAll
    static void stopServer() {
        if (server != null) {
            server.close();
        }
    }

    private static PostgresConfig config() {
        return PostgresConfig.of(server.url("orders"), "orders", PostgresServer.PASSWORD)
                .withPoolSize(POOL_SIZE);
    }

    @Override
    JdbcDatabase open() {
        JdbcDatabase opened = JdbcDatabase.open(config(), LIMITS);
        opened.execute("DROP SCHEMA public CASCADE", values(), soon());
        opened.execute("CREATE SCHEMA public", values(), soon());
        return opened;
    }

    @Override
    String bytesType() {
        return "BYTEA";
    }

    @Override
    String doubleType() {
        return "DOUBLE PRECISION";
    }

    @Override
    Object truth() {
        return true;
    }

    @Test
    void otherTypesComeAsTextInItsNotation() {
        // More often than the driver needs to change to its binary protocol.
        for (int i = 0; i < 10; i++) {
            assertEquals(
                    List.of(values("12.50", "2026-01-02 03:04:05.678+00", "{\"a\": 1}", "{1,2}", "00000101", 3L, 1.5)),
                    read("SELECT 12.50, '2026-01-02T05:04:05.678+02:00'::timestamptz, '{\"a\":1}'::jsonb, ARRAY[1,2],"
                            + " B'00000101', 3::smallint, 1.5::real"));
        }
    }

    @Test
    void textStandsForEveryType() {
        run("CREATE TABLE t (at TIMESTAMPTZ, data JSONB, price NUMERIC(10, 2), n INT)");

        run("INSERT INTO t VALUES (?, ?, ?, ?)", "2026-01-02 03:04:05Z", "{}", "12.5", 7L);

        assertEquals(List.of(values("12.50", 7L)), read("SELECT price, n FROM t WHERE data ?? 'a' = ?", false));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "COPY (SELECT 1) TO PROGRAM 'id'",
                "COPY pg_class TO STDOUT",
                "SELECT pg_read_file('/etc/passwd')",
                "SELECT pg_ls_dir('/')",
                "SELECT lo_import('/etc/passwd')",
                "SELECT pg_sleep(1) FROM pg_authid",
                "DO $$ BEGIN END $$",
                "ALTER ROLE orders PASSWORD 'x'",
                "ALTER SYSTEM SET port = 1",
                "CREATE EXTENSION dblink",
                "CREATE DATABASE other",
                "LISTEN a",
                "PREPARE TRANSACTION 'a'",
                "SHOW config_file",
                "DISCARD ALL"
            })
    void nothingReachesTheServer(String statement) {
        refused(Kind.PERMISSION_DENIED, () -> read(statement));
    }

    @Test
    void settingsAndLocksAreGoneForTheNextOne() {
        for (int i = 0; i < 2 * POOL_SIZE; i++) {
            assertEquals(List.of(values("UTC")), read("SELECT current_setting('TimeZone')"));
            read("SELECT set_config('TimeZone', 'Asia/Tokyo', false)");
            assertEquals(List.of(values(true)), read("SELECT pg_try_advisory_lock(1)"));
        }
    }

    @Test
    void aSuperuserIsRefusedUnlessAllowed() {
        PostgresConfig superuser = PostgresConfig.of(server.url("orders"), "postgres", PostgresServer.PASSWORD);
        try (SqlDatabase refusing = JdbcDatabase.open(superuser, LIMITS)) {
            refused(Kind.UNAVAILABLE, () -> refusing.query("SELECT 1", values(), Deadline.in(Duration.ofMillis(500))));
        }
        try (SqlDatabase allowing = JdbcDatabase.open(superuser.withSuperuserAllowed(), LIMITS)) {
            assertEquals(List.of(values(1L)), all(allowing.query("SELECT 1", values(), soon())));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"wrong password", "no database", "no server"})
    void nothingOfHowItIsReachedIsToldToAFunction(String what) {
        PostgresConfig config = switch (what) {
            case "wrong password" -> PostgresConfig.of(server.url("orders"), "orders", "horse");
            case "no database" -> PostgresConfig.of(server.url("nowhere"), "orders", PostgresServer.PASSWORD);
            default -> PostgresConfig.of("postgresql://127.0.0.1:1/orders", "orders", "horse");
        };
        try (SqlDatabase unreachable = JdbcDatabase.open(config, LIMITS)) {
            HostError error = refused(
                    Kind.UNAVAILABLE,
                    () -> unreachable.query("SELECT 1", values(), Deadline.in(Duration.ofMillis(500))));
            assertEquals("the database can't be reached", error.getMessage());
        }
    }

    @Test
    void manyLargeRowsPassThroughLittleMemory() {
        // 1.2 GB of text; the tests' heap has 1 GB.
        SqlLimits limits = SqlLimits.defaults();
        try (SqlDatabase large = JdbcDatabase.open(config(), limits);
                Rows rows = large.query(
                        "SELECT repeat('x', CASE WHEN i < 2000 THEN 10 ELSE 200000 END) FROM generate_series(1, 8000) i",
                        values(),
                        soon())) {
            long bytes = 0;
            for (var batch = rows.next(1_000, soon()); !batch.isEmpty(); batch = rows.next(1_000, soon())) {
                long batchBytes = batch.stream()
                        .mapToLong(row -> ((String) row.getFirst()).length())
                        .sum();
                assertTrue(batchBytes <= limits.batchBytesMax());
                bytes += batchBytes;
            }
            assertEquals(1_999 * 10 + 6_001 * 200_000L, bytes);
        }
    }

    @Test
    void aValueTooLargeForMemoryIsRefused() {
        HostError error = refused(Kind.LIMIT_EXCEEDED, () -> read("SELECT repeat('x', 1000000)"));

        assertEquals("a row is larger than batch-bytes-max=10000", error.getMessage());
        assertEquals(List.of(values(1L)), read("SELECT 1"));
    }

    @Test
    void transactionsThatContradictEachOtherConflict() {
        run("CREATE TABLE t (id BIGINT PRIMARY KEY, n BIGINT)");
        run("INSERT INTO t VALUES (1, 0), (2, 0)");
        try (Transaction one = database.begin(soon());
                Transaction two = database.begin(soon());
                ExecutorService thread = Executors.newSingleThreadExecutor()) {
            one.execute("UPDATE t SET n = 1 WHERE id = 1", values(), soon());
            two.execute("UPDATE t SET n = 2 WHERE id = 2", values(), soon());
            Future<Kind> oneEnded = thread.submit(() -> kindOf(one, 2));
            Kind twoEnded = kindOf(two, 1);
            // PostgreSQL gives up one of the two, and the other goes on.
            assertTrue(twoEnded == Kind.CONFLICT || join(oneEnded) == Kind.CONFLICT);
        }
    }

    private static Kind kindOf(Transaction transaction, long id) {
        try {
            transaction.execute("UPDATE t SET n = 3 WHERE id = ?", values(id), soon());
            return Kind.NOT_FOUND;
        } catch (HostError e) {
            return e.kind();
        }
    }

    private static <T> T join(Future<T> future) {
        try {
            return future.get();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aServerThatHangsIsATimeout() throws Exception {
        try (PostgresServer hanging = PostgresServer.start();
                SqlDatabase behind = JdbcDatabase.open(
                        PostgresConfig.of(hanging.url("orders"), "orders", PostgresServer.PASSWORD)
                                .withPoolSize(1),
                        LIMITS)) {
            try (Transaction transaction = behind.begin(soon())) {
                transaction.execute("CREATE TABLE t (n BIGINT)", values(), soon());
                hanging.freeze();
                Deadline deadline = Deadline.in(Duration.ofMillis(300));
                refused(Kind.TIMEOUT, () -> transaction.execute("INSERT INTO t VALUES (1)", values(), deadline));
                long lateMs = (System.nanoTime() - deadline.atNs()) / 1_000_000;
                assertTrue(lateMs < 2_000, "late by ms=" + lateMs);
            } finally {
                hanging.thaw();
            }
            assertEquals(0, behind.connectionsInUse());
            until(
                    "it answers again",
                    () -> all(behind.query("SELECT 1", values(), soon())).equals(List.of(values(1L))));
        }
    }

    @Test
    void aServerKilledUnderLoadIsAnErrorMeanwhileAndThenForgotten() throws Exception {
        run("CREATE TABLE t (n BIGINT)");
        AtomicBoolean stop = new AtomicBoolean();
        AtomicLong done = new AtomicLong();
        AtomicLong committed = new AtomicLong();
        AtomicLong failed = new AtomicLong();
        List<Future<?>> callers = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 32; i++) {
                callers.add(threads.submit(() -> {
                    while (!stop.get()) {
                        try (Transaction transaction = database.begin(Deadline.in(Duration.ofMillis(500)))) {
                            Deadline deadline = Deadline.in(Duration.ofSeconds(2));
                            transaction.execute("INSERT INTO t VALUES (1)", values(), deadline);
                            all(transaction.query("SELECT i FROM generate_series(1, 100) i", values(), deadline));
                            transaction.commit(deadline);
                            committed.incrementAndGet();
                            done.incrementAndGet();
                        } catch (HostError e) {
                            failed.incrementAndGet();
                            assertTrue(
                                    List.of(Kind.UNAVAILABLE, Kind.TIMEOUT).contains(e.kind()),
                                    e.kind() + ": " + e.getMessage());
                        }
                        assertTrue(database.connectionsOpen() <= POOL_SIZE);
                    }
                }));
            }
            until("calls work", () -> done.get() > 100);
            for (int round = 0; round < 2; round++) {
                server.kill();
                long failedBefore = failed.get();
                until("calls fail", () -> failed.get() > failedBefore + 32);
                server.up();
                long doneBefore = done.get();
                until("calls work again", () -> done.get() > doneBefore + 100);
            }
            stop.set(true);
            for (Future<?> caller : callers) {
                caller.get();
            }
        }

        assertEquals(0, database.connectionsInUse());
        until("the pool is full again", () -> database.connectionsOpen() == POOL_SIZE);
        long rows = (Long) read("SELECT count(*) FROM t").getFirst().getFirst();
        // A commit whose answer was lost may or may not have happened.
        assertTrue(rows >= committed.get() && rows <= committed.get() + 3 * POOL_SIZE, rows + " of " + committed);
    }

    private static void until(String what, Callable<Boolean> condition) throws Exception {
        Deadline deadline = Deadline.in(Duration.ofSeconds(60));
        while (!condition.call()) {
            assertTrue(System.nanoTime() - deadline.atNs() < 0, "not within a minute: " + what);
            Thread.sleep(5);
        }
    }

    @Test
    void aConfigurationHasNoCredentialsInItsUrlAndTellsNone() {
        for (String url : List.of(
                "postgresql://orders:secret@localhost/orders",
                "postgresql://localhost/orders?user=orders",
                "postgresql://localhost/orders?sslmode=require&password=secret",
                "jdbc:postgresql://localhost/orders",
                "postgresql://localhost",
                "mysql://localhost/orders")) {
            IllegalArgumentException error =
                    assertThrows(IllegalArgumentException.class, () -> PostgresConfig.of(url, "orders", "secret"), url);
            assertFalse(String.valueOf(error.getMessage()).contains("secret"));
        }
        PostgresConfig config = PostgresConfig.of("postgresql://db:5432/orders?sslmode=require", "orders", "secret");
        assertFalse(config.toString().contains("secret"));
        assertThrows(IllegalArgumentException.class, () -> config.withPoolSize(0));
        assertThrows(IllegalArgumentException.class, () -> PostgresConfig.of(config.url(), " ", "secret"));
    }
}
