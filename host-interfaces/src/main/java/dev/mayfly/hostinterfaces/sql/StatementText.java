package dev.mayfly.hostinterfaces.sql;

import dev.mayfly.hostinterfaces.HostError;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;

/**
 * A statement, read far enough to know that it is one, how it begins and which names it has.
 *
 * <p>It is cut into words, quoted names and strings, and signs; comments and blanks are left out. What the statement means is the database's to
 * say: the rules made with this are lists of what may begin a statement, so that what is misread here is refused, not let through.
 */
final class StatementText {
    /** Where the two databases differ in what a word is. */
    enum Grammar {
        SQLITE,
        POSTGRESQL
    }

    private static final Set<String> GIVES_ROWS = Set.of("select", "values", "table", "explain");

    private final String text;
    private final boolean postgres;
    private final List<String> words = new ArrayList<>();
    private int at;
    private boolean afterEnd;
    private boolean many;
    private boolean returning;

    private StatementText(String text, Grammar grammar) {
        this.text = text;
        this.postgres = grammar == Grammar.POSTGRESQL;
    }

    /**
     * Reads a statement.
     *
     * @throws HostError of kind {@code INVALID} when it is none, or more than one
     */
    static StatementText of(String text, Grammar grammar) {
        StatementText statement = new StatementText(text, grammar);
        statement.read();
        if (statement.words.isEmpty()) {
            throw HostError.of(HostError.Kind.INVALID, "there is no statement in this text");
        }
        // A trigger's body has statements of its own; SQLite reads it to its END.
        if (statement.many && !(statement.begins("create") && statement.has("trigger"::equals))) {
            throw HostError.of(HostError.Kind.INVALID, "more than one statement: run them one by one");
        }
        return statement;
    }

    /** Its first word, in lower case. */
    String first() {
        return words.getFirst();
    }

    /** Its second word or name, or an empty one. */
    String second() {
        return words.size() > 1 ? words.get(1) : "";
    }

    boolean begins(String word) {
        return first().equals(word);
    }

    /** Whether one of its words, names or strings (in lower case) is like that. */
    boolean has(Predicate<String> word) {
        return words.stream().anyMatch(word);
    }

    /** Whether it is there for its rows. A {@code WITH} that is may go unnoticed. */
    boolean givesRows() {
        return returning || GIVES_ROWS.contains(first());
    }

    /** Whether something of it may outlive it in its connection, so that whoever gets the connection next would find it. */
    boolean leavesState() {
        return has(word -> word.equals("temp")
                || word.equals("temporary")
                || word.equals("pg_temp")
                || word.equals("set_config")
                || word.startsWith("dblink")
                || word.startsWith("pg_advisory")
                || word.startsWith("pg_try_advisory"));
    }

    private void read() {
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == 0) {
                throw HostError.of(HostError.Kind.INVALID, "a statement has no NUL characters");
            } else if (c <= ' ') {
                at++;
            } else if (text.startsWith("--", at)) {
                at = after("\n", at);
            } else if (text.startsWith("/*", at)) {
                skipComment();
            } else if (c == ';') {
                at++;
                // One at the end is usual; before the first word it would hide how the statement begins.
                many |= words.isEmpty();
                afterEnd = true;
            } else {
                many |= afterEnd;
                readToken(c);
            }
        }
    }

    private void readToken(char c) {
        if (isWord(c)) {
            readWord();
        } else if (c == '\'') {
            readQuoted('\'', false);
        } else if (c == '"' || (c == '`' && !postgres)) {
            readQuoted(c, false);
        } else if (c == '[' && !postgres) {
            int end = after("]", at);
            add(text.substring(at + 1, Math.max(at + 1, end - 1)));
            at = end;
        } else if (c == '$' && postgres) {
            readDollarQuoted();
        } else {
            // A statement that begins with a sign begins with no word that is allowed.
            if (words.isEmpty()) {
                add(String.valueOf(c));
            }
            at++;
        }
    }

    private void readWord() {
        int start = at;
        while (at < text.length() && (isWord(text.charAt(at)) || text.charAt(at) == '$')) {
            at++;
        }
        String word = text.substring(start, at).toLowerCase(Locale.ROOT);
        if (postgres && word.equals("e") && at < text.length() && text.charAt(at) == '\'') {
            readQuoted('\'', true);
            return;
        }
        returning |= word.equals("returning");
        add(word);
    }

    private void readQuoted(char quote, boolean backslashes) {
        int start = ++at;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (backslashes && c == '\\') {
                at++;
            } else if (c == quote) {
                if (at + 1 >= text.length() || text.charAt(at + 1) != quote) {
                    break;
                }
                at++;
            }
            at++;
        }
        add(text.substring(start, Math.min(at, text.length())));
        at++;
    }

    /** {@code $tag$ … $tag$}, the tag possibly empty; a parameter such as {@code $1} is a sign. */
    private void readDollarQuoted() {
        int end = at + 1;
        while (end < text.length() && isWord(text.charAt(end))) {
            end++;
        }
        boolean tag = end < text.length()
                && text.charAt(end) == '$'
                && (end == at + 1 || !Character.isDigit(text.charAt(at + 1)));
        if (!tag) {
            at++;
            return;
        }
        String mark = text.substring(at, end + 1);
        int close = after(mark, end + 1);
        add(text.substring(end + 1, Math.max(end + 1, close - mark.length())));
        at = close;
    }

    /** PostgreSQL's comments nest, SQLite's don't. */
    private void skipComment() {
        int depth = 1;
        at += 2;
        while (at < text.length() && depth > 0) {
            if (text.startsWith("*/", at)) {
                depth--;
                at += 2;
            } else if (postgres && text.startsWith("/*", at)) {
                depth++;
                at += 2;
            } else {
                at++;
            }
        }
    }

    private void add(String word) {
        words.add(word.toLowerCase(Locale.ROOT));
    }

    /** Behind the next {@code mark}, or the end. */
    private int after(String mark, int from) {
        int found = text.indexOf(mark, from);
        return found < 0 ? text.length() : found + mark.length();
    }

    private static boolean isWord(char c) {
        return c == '_' || Character.isLetterOrDigit(c) || c > 127;
    }
}
