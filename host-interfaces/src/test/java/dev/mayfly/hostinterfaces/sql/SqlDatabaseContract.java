package dev.mayfly.hostinterfaces.sql;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.hostinterfaces.Deadline;
import dev.mayfly.hostinterfaces.HostError;
import dev.mayfly.hostinterfaces.HostError.Kind;
import dev.mayfly.hostinterfaces.sql.SqlDatabase.Rows;
import dev.mayfly.hostinterfaces.sql.SqlDatabase.Transaction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every SQL database does. */
abstract class SqlDatabaseContract {
    static final int POOL_SIZE = 4;

    static final SqlLimits LIMITS = new SqlLimits(4_096, 8, 10_000);

    /** Gives rows without end; counted, it never comes to one. */
    static final String NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) ";

    SqlDatabase database;

    /** An empty database. */
    abstract JdbcDatabase open();

    /** Its types for bytes and for floating point numbers of 64 bits. */
    abstract String bytesType();

    abstract String doubleType();

    /** What it gives for a truth value that was stored. */
    abstract Object truth();

    @BeforeEach
    void openDatabase() {
        database = open();
    }

    @AfterEach
    void everyConnectionWentBack() {
        assertEquals(0, database.connectionsInUse());
        database.close();
        assertEquals(0, database.connectionsOpen());
    }

    static Deadline soon() {
        return Deadline.in(Duration.ofSeconds(20));
    }

    static List<@Nullable Object> values(@Nullable Object... values) {
        return Arrays.asList(values);
    }

    long run(String statement, @Nullable Object... parameters) {
        return database.execute(statement, values(parameters), soon());
    }

    List<List<@Nullable Object>> read(String statement, @Nullable Object... parameters) {
        return all(database.query(statement, values(parameters), soon()));
    }

    static List<List<@Nullable Object>> all(Rows rows) {
        List<List<@Nullable Object>> all = new ArrayList<>();
        try (rows) {
            while (true) {
                List<List<@Nullable Object>> batch = rows.next(100, soon());
                if (batch.isEmpty()) {
                    return all;
                }
                all.addAll(batch);
            }
        }
    }

    static HostError refused(Kind kind, Executable call) {
        HostError error = assertThrows(HostError.class, call);
        assertEquals(kind, error.kind(), error.getMessage());
        String message = String.valueOf(error.getMessage());
        for (String secret :
                List.of("127.0.0.1", "localhost", "/tmp", "jdbc:", "Hikari", "org.", "password", "horse")) {
            assertFalse(message.contains(secret), message);
        }
        return error;
    }

    @Test
    void valuesComeBackAsTheyWere() {
        run("CREATE TABLE t (n BIGINT, d " + doubleType() + ", s TEXT, b " + bytesType() + ", t BOOLEAN, z TEXT)");
        byte[] bytes = {0, 1, -1, 'x'};

        assertEquals(
                1,
                run(
                        "INSERT INTO t VALUES (?, ?, ?, ?, ?, ?)",
                        Long.MIN_VALUE,
                        0.1,
                        "Grüße 🐝 '; DROP TABLE t; --",
                        bytes,
                        true,
                        null));

        Rows rows = database.query("SELECT n, d, s AS text, b, t, z FROM t", values(), soon());
        assertEquals(List.of("n", "d", "text", "b", "t", "z"), rows.columns());
        List<@Nullable Object> row = all(rows).getFirst();
        assertEquals(values(Long.MIN_VALUE, 0.1, "Grüße 🐝 '; DROP TABLE t; --"), row.subList(0, 3));
        assertArrayEquals(bytes, (byte[]) row.get(3));
        assertEquals(values(truth(), null), row.subList(4, 6));
    }

    @Test
    void executeTellsHowManyRowsChanged() {
        assertEquals(0, run("CREATE TABLE t (n BIGINT)"));
        assertEquals(3, run("INSERT INTO t VALUES (1), (2), (3)"));
        assertEquals(2, run("UPDATE t SET n = n + 1 WHERE n > 1"));
        assertEquals(0, run("DELETE FROM t WHERE n > 10"));
        assertEquals(0, run("DROP TABLE t"));
    }

    @Test
    void aQueryThatReturnsWhatItWroteTakesEffectHoweverFarItIsRead() {
        run("CREATE TABLE t (n BIGINT)");

        assertEquals(List.of(values(1L)), read("INSERT INTO t VALUES (1) RETURNING n"));
        try (Rows rows = database.query("INSERT INTO t VALUES (2), (3) RETURNING n", values(), soon())) {
            assertEquals(List.of(values(2L)), rows.next(1, soon()));
        }
        database.query("INSERT INTO t VALUES (4) RETURNING n", values(), soon()).close();

        assertEquals(List.of(values(4L)), read("SELECT count(*) FROM t"));
    }

    @Test
    void aQueryWithoutRowsTakesEffectAndHasNoColumns() {
        run("CREATE TABLE t (n BIGINT)");

        Rows rows = database.query("INSERT INTO t VALUES (1)", values(), soon());

        assertEquals(0, database.connectionsInUse());
        assertEquals(List.of(), rows.columns());
        assertEquals(List.of(), rows.next(1, soon()));
        rows.close();
        assertEquals(List.of(values(1L)), read("SELECT n FROM t"));
    }

    @Test
    void aStatementWithRowsIsNotExecuted() {
        refused(Kind.INVALID, () -> run("SELECT 1"));
    }

    @Test
    void rowsComeInBatchesOfAboutSoManyBytes() {
        String text = "x".repeat(3_000);
        Rows rows = database.query(NUMBERS + "SELECT i, ? FROM n LIMIT 10", values(text), soon());

        List<Integer> batches = new ArrayList<>();
        for (var batch = rows.next(100, soon()); !batch.isEmpty(); batch = rows.next(100, soon())) {
            batches.add(batch.size());
        }
        assertEquals(List.of(3, 3, 3, 1), batches);
        assertEquals(0, database.connectionsInUse(), "the last row was read");
        assertEquals(List.of(), rows.next(1, soon()));
    }

    @Test
    void aRowThatIsNoBatchIsRefused() {
        String text = "ü".repeat(LIMITS.batchBytesMax() / 2 + 1);
        Rows rows = database.query("SELECT ?", values(text), soon());

        HostError error = refused(Kind.LIMIT_EXCEEDED, () -> rows.next(1, soon()));
        assertEquals("a row is larger than batch-bytes-max=10000", error.getMessage());
        assertEquals(0, database.connectionsInUse());
    }

    @Test
    void rowsWithoutEndCanBeReadInPart() {
        try (Rows rows = database.query(NUMBERS + "SELECT i FROM n LIMIT 1000000", values(), soon())) {
            assertEquals(List.of(values(1L), values(2L)), rows.next(2, soon()));
            assertEquals(1, database.connectionsInUse());
        }
        assertEquals(0, database.connectionsInUse());
    }

    @Test
    void aTransactionTakesEffectAsAWhole() {
        run("CREATE TABLE t (n BIGINT)");

        try (Transaction transaction = database.begin(soon())) {
            transaction.execute("INSERT INTO t VALUES (?)", values(1L), soon());
            transaction.execute("INSERT INTO t VALUES (?)", values(2L), soon());
            assertEquals(List.of(values(2L)), all(transaction.query("SELECT count(*) FROM t", values(), soon())));
            assertEquals(List.of(values(0L)), read("SELECT count(*) FROM t"), "others don't see it yet");
            transaction.commit(soon());
            assertEquals(0, database.connectionsInUse());
            refused(Kind.INVALID, () -> transaction.execute("INSERT INTO t VALUES (3)", values(), soon()));
        }

        assertEquals(List.of(values(2L)), read("SELECT count(*) FROM t"));
    }

    @Test
    void aTransactionThatIsClosedNeverWas() {
        run("CREATE TABLE t (n BIGINT)");

        Transaction transaction = database.begin(soon());
        transaction.execute("INSERT INTO t VALUES (1)", values(), soon());
        Rows rows = transaction.query("SELECT n FROM t", values(), soon());
        transaction.close();
        transaction.close();

        assertEquals(0, database.connectionsInUse());
        assertEquals(List.of(), rows.next(1, soon()), "its rows are closed with it");
        assertEquals(List.of(values(0L)), read("SELECT count(*) FROM t"));
    }

    @Test
    void aFailedStatementIsTheEndOfItsTransaction() {
        run("CREATE TABLE t (n BIGINT PRIMARY KEY)");

        try (Transaction transaction = database.begin(soon())) {
            transaction.execute("INSERT INTO t VALUES (1)", values(), soon());
            refused(Kind.CONFLICT, () -> transaction.execute("INSERT INTO t VALUES (1)", values(), soon()));
            refused(Kind.INVALID, () -> transaction.query("SELECT n FROM t", values(), soon()));
            refused(Kind.INVALID, () -> transaction.commit(soon()));
        }

        assertEquals(List.of(values(0L)), read("SELECT count(*) FROM t"));
    }

    @Test
    void whatWasRefusedBeforeItRanHarmsNoTransaction() {
        run("CREATE TABLE t (n BIGINT)");

        try (Transaction transaction = database.begin(soon())) {
            transaction.execute("INSERT INTO t VALUES (1)", values(), soon());
            refused(Kind.PERMISSION_DENIED, () -> transaction.execute("COMMIT", values(), soon()));
            transaction.commit(soon());
        }

        assertEquals(List.of(values(1L)), read("SELECT count(*) FROM t"));
    }

    @Test
    void transactionsAtOnceLoseNothing() throws Exception {
        run("CREATE TABLE t (n BIGINT)");
        run("INSERT INTO t VALUES (0)");

        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> calls = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                calls.add(threads.submit(() -> {
                    try (Transaction transaction = database.begin(soon())) {
                        transaction.execute("UPDATE t SET n = n + 1", values(), soon());
                        transaction.commit(soon());
                    }
                }));
                calls.add(threads.submit(() -> read("SELECT n FROM t")));
            }
            for (Future<?> call : calls) {
                call.get();
            }
        }

        assertEquals(List.of(values(200L)), read("SELECT n FROM t"));
        assertTrue(database.connectionsOpen() <= POOL_SIZE);
    }

    @Test
    void theDatabaseSaysWhatIsWrongWithAStatement() {
        run("CREATE TABLE orders (id BIGINT PRIMARY KEY, item TEXT NOT NULL)");
        run("INSERT INTO orders VALUES (1, 'tea')");

        String syntax = complaint(Kind.INVALID, () -> read("SELECT 1 FORM orders WHERE"));
        assertTrue(syntax.contains("syntax error"), syntax);
        String table = complaint(Kind.INVALID, () -> read("SELECT 1 FROM nowhere"));
        assertTrue(table.contains("nowhere"), table);
        String key = complaint(Kind.CONFLICT, () -> run("INSERT INTO orders VALUES (1, 'milk')"));
        assertTrue(key.contains("orders") && !key.contains("milk"), key);
        String missing = complaint(Kind.CONFLICT, () -> run("INSERT INTO orders VALUES (2, NULL)"));
        assertTrue(missing.contains("item"), missing);
    }

    private static String complaint(Kind kind, Executable call) {
        return String.valueOf(refused(kind, call).getMessage());
    }

    @Test
    void parametersMustBeAsManyAsTheStatementHas() {
        refused(Kind.INVALID, () -> read("SELECT ?"));
        refused(Kind.INVALID, () -> read("SELECT ?", 1L, 2L));
    }

    @Test
    void theLimitsOfAStatementHaveNames() {
        String statement = refused(Kind.LIMIT_EXCEEDED, () -> read("SELECT '" + "x".repeat(4_096) + "'"))
                .getMessage();
        assertEquals("the statement is longer than statement-bytes-max=4096", statement);
        String parameters = refused(
                        Kind.LIMIT_EXCEEDED, () -> read("SELECT ?,?,?,?,?,?,?,?,?", 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L))
                .getMessage();
        assertEquals("parameters=9, parameter-count-max=8", parameters);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "BEGIN",
                "COMMIT",
                "END",
                "ROLLBACK",
                "SAVEPOINT a",
                "RELEASE a",
                "/* SELECT */ COMMIT",
                "-- SELECT\nROLLBACK",
                "\uFEFFCOMMIT",
                "VACUUM",
                "SET x = 1",
                "PRAGMA user_version = 1",
                "ATTACH 'x' AS y"
            })
    void statementsOutsideOfAFunctionsReachAreRefused(String statement) {
        refused(Kind.PERMISSION_DENIED, () -> run(statement));
        refused(Kind.PERMISSION_DENIED, () -> read(statement));
    }

    @Test
    void oneStatementAtATime() {
        run("CREATE TABLE t (n BIGINT)");

        refused(Kind.INVALID, () -> run("INSERT INTO t VALUES (1); INSERT INTO t VALUES (2)"));
        refused(Kind.INVALID, () -> read("SELECT 1; DROP TABLE t"));

        assertEquals(List.of(), read("SELECT n FROM t;"));
    }

    @Test
    void aRunawayStatementIsCancelledAtItsDeadline() {
        for (int i = 0; i < 2 * POOL_SIZE; i++) {
            Deadline deadline = Deadline.in(Duration.ofMillis(500));
            refused(Kind.TIMEOUT, () -> database.query(NUMBERS + "SELECT count(*) FROM n", values(), deadline));
            long lateMs = (System.nanoTime() - deadline.atNs()) / 1_000_000;
            assertTrue(lateMs < 1_000, "late by ms=" + lateMs);
            assertEquals(0, database.connectionsInUse());
        }
        assertEquals(List.of(values(1L)), read("SELECT 1"));
    }

    @Test
    void rowsThatDontComeAreCancelledAtTheDeadline() {
        Rows rows = database.query(NUMBERS + "SELECT i FROM n WHERE i < 100", values(), soon());

        refused(Kind.TIMEOUT, () -> {
            while (true) {
                rows.next(1, soonFor(300));
            }
        });
        assertEquals(0, database.connectionsInUse());
        rows.close();
    }

    private static Deadline soonFor(long ms) {
        return Deadline.in(Duration.ofMillis(ms));
    }

    @Test
    void aDeadlineInATransactionRollsItBack() {
        run("CREATE TABLE t (n BIGINT)");

        try (Transaction transaction = database.begin(soon())) {
            transaction.execute("INSERT INTO t VALUES (1)", values(), soon());
            refused(Kind.TIMEOUT, () -> transaction.query(NUMBERS + "SELECT count(*) FROM n", values(), soonFor(100)));
        }

        assertEquals(List.of(values(0L)), read("SELECT count(*) FROM t"));
        assertEquals(1, run("INSERT INTO t VALUES (1)"));
    }

    @Test
    void aDeadlineThatHasPassedIsATimeout() {
        Deadline passed = new Deadline(System.nanoTime() - 1);

        refused(Kind.TIMEOUT, () -> database.query("SELECT 1", values(), passed));
        refused(Kind.TIMEOUT, () -> database.begin(passed));
    }

    @Test
    void whoGetsNoConnectionInTimeIsToldWhy() {
        List<Rows> held = new ArrayList<>();
        for (int i = 0; i < POOL_SIZE; i++) {
            held.add(database.query(NUMBERS + "SELECT i FROM n LIMIT 1000000", values(), soon()));
        }

        Deadline deadline = soonFor(200);
        HostError error = refused(Kind.UNAVAILABLE, () -> database.query("SELECT 1", values(), deadline));
        assertEquals("no connection became free in time (limit pool-size=4)", error.getMessage());
        long lateMs = (System.nanoTime() - deadline.atNs()) / 1_000_000;
        assertTrue(lateMs < 1_000, "late by ms=" + lateMs);

        held.forEach(Rows::close);
        assertEquals(List.of(values(1L)), read("SELECT 1"));
    }

    @Test
    void temporaryTablesAreGoneForTheNextOne() {
        for (int i = 0; i < 2 * POOL_SIZE; i++) {
            run("CREATE TEMP TABLE secret (n BIGINT)");
            refused(Kind.INVALID, () -> read("SELECT n FROM secret"));
        }
    }

    @Test
    void anInterruptedCallerLeavesNothingBehind() throws Exception {
        run("CREATE TABLE t (n BIGINT)");
        for (int i = 0; i < 20; i++) {
            Thread caller = Thread.ofVirtual().start(() -> {
                try (Transaction transaction = database.begin(soon())) {
                    transaction.execute("INSERT INTO t VALUES (1)", values(), soon());
                    Thread.currentThread().interrupt();
                    transaction.execute("INSERT INTO t VALUES (2)", values(), soon());
                } catch (HostError e) {
                    // Either is fine, as long as nothing of it stays.
                }
            });
            caller.join();
        }
        assertEquals(List.of(), read("SELECT n FROM t"));
    }

    @Test
    void closingBreaksOffWhatIsInUse() {
        Rows rows = database.query(NUMBERS + "SELECT i FROM n LIMIT 1000000", values(), soon());
        Transaction transaction = database.begin(soon());
        database.close();

        refused(Kind.UNAVAILABLE, () -> {
            while (true) {
                rows.next(100, soon());
            }
        });
        refused(Kind.UNAVAILABLE, () -> transaction.execute("CREATE TABLE t (n BIGINT)", values(), soon()));
        rows.close();
        transaction.close();
    }

    @Test
    void aClosedDatabaseIsUnavailable() {
        database.close();

        refused(Kind.UNAVAILABLE, () -> read("SELECT 1"));
        refused(Kind.UNAVAILABLE, () -> database.begin(soon()));
    }
}
