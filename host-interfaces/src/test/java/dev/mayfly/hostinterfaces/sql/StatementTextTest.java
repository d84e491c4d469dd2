package dev.mayfly.hostinterfaces.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.hostinterfaces.HostError;
import dev.mayfly.hostinterfaces.sql.StatementText.Grammar;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class StatementTextTest {
    private static StatementText sqlite(String text) {
        return StatementText.of(text, Grammar.SQLITE);
    }

    private static StatementText postgres(String text) {
        return StatementText.of(text, Grammar.POSTGRESQL);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT 1; SELECT 2",
                "SELECT 1;;SELECT 2",
                "; SELECT 1",
                "SELECT 1 /* ; */ ; -- \n DELETE FROM t",
                "SELECT ';' ; DELETE FROM t",
                "SELECT \"a;\"; DELETE FROM t",
                "SELECT 'it''s'; DELETE FROM t",
                "SELECT '\\'; DELETE FROM t --'"
            })
    void moreThanOneStatementIsRefused(String text) {
        for (Grammar grammar : Grammar.values()) {
            HostError error = assertThrows(HostError.class, () -> StatementText.of(text, grammar));
            assertEquals(HostError.Kind.INVALID, error.kind());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT 1",
                " SELECT 1 ; ",
                "SELECT 1; -- the end; really",
                "SELECT 'a;b', \"c;d\" /* ; */",
                "SELECT 'it''s; fine'",
                "SELECT 1 -- unfinished"
            })
    void oneStatementIsOneWhateverItsStringsAndCommentsHave(String text) {
        for (Grammar grammar : Grammar.values()) {
            assertEquals("select", StatementText.of(text, grammar).first());
        }
    }

    @ParameterizedTest
    @EnumSource
    void thereMustBeAStatement(Grammar grammar) {
        for (String text : new String[] {"", "  ", "-- nothing", "/* nothing", ";", "SELECT 1\0"}) {
            assertThrows(HostError.class, () -> StatementText.of(text, grammar), text);
        }
    }

    @Test
    void eachDatabaseHasItsOwnQuotes() {
        assertEquals("select", sqlite("SELECT [a;b], `c;d`").first());
        assertThrows(HostError.class, () -> sqlite("SELECT E'\\'; DELETE FROM t --'"));

        assertEquals("select", postgres("SELECT E'\\'; DELETE FROM t --'").first());
        assertEquals(
                "select", postgres("SELECT $$a;b$$, $tag$ c;$$;d $tag$, $1").first());
        assertEquals(
                "select", postgres("/* a /* nested; */ comment; */ SELECT 1").first());
        assertThrows(HostError.class, () -> postgres("SELECT $1; SELECT $1"));
        assertThrows(HostError.class, () -> postgres("SELECT a$b$; SELECT b$b$"));
    }

    @Test
    void whatIsHiddenBehindAnOddCharacterIsNoAllowedWord() {
        assertEquals("\uFEFFattach", sqlite("\uFEFFATTACH 'x' AS y").first());
        assertEquals("(", postgres("(SELECT 1)").first());
    }

    @Test
    void aTriggerMayHaveStatements() {
        String trigger = "CREATE TRIGGER a AFTER INSERT ON t BEGIN UPDATE t SET x = 1; DELETE FROM u; END;";

        assertEquals("create", sqlite(trigger).first());
    }

    @Test
    void rowsAreExpectedOfReturningToo() {
        assertTrue(sqlite("INSERT INTO t VALUES (1) RETURNING id").givesRows());
        assertTrue(sqlite("VALUES (1)").givesRows());
        assertFalse(sqlite("INSERT INTO t VALUES ('returning')").givesRows());
    }

    @Test
    void whatStaysInAConnectionIsNoticedUnderEveryName() {
        assertTrue(sqlite("CREATE TEMP TABLE t (x)").leavesState());
        assertTrue(sqlite("CREATE TABLE [temp].t (x)").leavesState());
        assertTrue(postgres("SELECT \"set_config\"('a', 'b', false)").leavesState());
        assertTrue(postgres("SELECT pg_advisory_lock(1)").leavesState());
        assertFalse(postgres("SELECT temperature FROM weather").leavesState());
    }
}
