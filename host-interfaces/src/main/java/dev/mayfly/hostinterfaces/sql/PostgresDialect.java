package dev.mayfly.hostinterfaces.sql;

import dev.mayfly.hostinterfaces.HostError;
import dev.mayfly.hostinterfaces.HostError.Kind;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.time.Duration;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.ds.PGSimpleDataSource;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** PostgreSQL by its own JDBC driver. */
final class PostgresDialect implements Dialect {
    private static final Set<String> ALLOWED = Set.of(
            "select",
            "insert",
            "update",
            "delete",
            "merge",
            "values",
            "table",
            "with",
            "call",
            "explain",
            "create",
            "alter",
            "drop",
            "truncate",
            "comment",
            "analyze",
            "refresh",
            "reindex",
            "lock");

    private static final Set<String> DEFINES = Set.of("create", "alter", "drop", "comment");

    /** What belongs to the server, or reaches out of it. */
    private static final Set<String> OF_THE_SERVER = Set.of(
            "role",
            "user",
            "group",
            "system",
            "database",
            "tablespace",
            "extension",
            "server",
            "foreign",
            "subscription",
            "publication",
            "language",
            "event");

    /** SQLSTATE classes in which the server's message is about the statement, its values or the tables, and fit for the function. */
    private static final Set<String> ABOUT_THE_STATEMENT = Set.of(
            "02", "0A", "20", "21", "22", "23", "24", "25", "26", "2B", "2D", "2F", "34", "3B", "3F", "40", "42", "44",
            "54", "55", "P0");

    /** Rows come so many at a time at first, and no fewer when they are large. */
    private static final int FETCH_ROWS_MIN = 32;

    private static final int FETCH_ROWS_MAX = 1_000;

    /** How much longer than the deadline it waits for the server's answer to a cancellation. */
    private static final int ANSWER_MS = 500;

    private final PGSimpleDataSource dataSource;
    private final int batchBytesMax;

    PostgresDialect(PostgresConfig config, SqlLimits limits) {
        batchBytesMax = limits.batchBytesMax();
        dataSource = new Source(config.superuserAllowed());
        dataSource.setUrl("jdbc:" + config.url());
        dataSource.setUser(config.user());
        dataSource.setPassword(config.password());
        dataSource.setApplicationName("mayfly");
        dataSource.setConnectTimeout(5);
        dataSource.setCancelSignalTimeout(1);
        dataSource.setTcpKeepAlive(true);
        // The server finds out which type a text stands for: a timestamp, a JSON value, an enum.
        dataSource.setStringType("unspecified");
        // Values come in the server's own notation, always.
        dataSource.setBinaryTransfer(false);
        dataSource.setLogServerErrorDetail(false);
        // The rows of one fetch: the driver reads them all into memory, and gives up beyond that.
        dataSource.setMaxResultBuffer(String.valueOf((long) batchBytesMax * FETCH_ROWS_MIN));
    }

    /** Opens connections, but not for a superuser, who could read the server's files. */
    private static final class Source extends PGSimpleDataSource {
        private final boolean superuserAllowed;

        Source(boolean superuserAllowed) {
            this.superuserAllowed = superuserAllowed;
        }

        @Override
        public Connection getConnection() throws SQLException {
            Connection connection = super.getConnection();
            try {
                if (!superuserAllowed
                        && "on".equals(connection.unwrap(PGConnection.class).getParameterStatus("is_superuser"))) {
                    throw new SQLException(
                            "the role of an sql binding is a superuser, who can read and run files of the database's"
                                    + " server: give it a role of its own, or allow it explicitly");
                }
                try (Statement statement = connection.createStatement()) {
                    // Otherwise times would be told in the zone of this machine.
                    statement.execute("SET TIME ZONE 'UTC'");
                }
                return connection;
            } catch (SQLException e) {
                connection.close();
                throw e;
            }
        }
    }

    @Override
    public DataSource dataSource() {
        return dataSource;
    }

    @Override
    public Duration connectionLifetime() {
        return Duration.ofMinutes(30);
    }

    @Override
    public StatementText read(String statement) {
        StatementText text = StatementText.of(statement, StatementText.Grammar.POSTGRESQL);
        if (!ALLOWED.contains(text.first())
                || (DEFINES.contains(text.first()) && OF_THE_SERVER.contains(text.second()))) {
            throw HostError.of(Kind.PERMISSION_DENIED, "statements of this kind are not allowed here");
        }
        return text;
    }

    /** The driver waits on its socket only, which costs a virtual thread nothing. */
    @Override
    public <T> T call(Work<T> work) throws SQLException {
        return work.run();
    }

    /** For a server that doesn't answer any more, to a cancellation neither. */
    @Override
    public void limit(Connection connection, Duration left) throws SQLException {
        connection.setNetworkTimeout(
                Runnable::run, (int) Math.min(Integer.MAX_VALUE - ANSWER_MS, left.toMillis()) + ANSWER_MS);
    }

    @Override
    public void cancel(Connection connection) throws SQLException {
        connection.unwrap(PGConnection.class).cancelQuery();
    }

    @Override
    public boolean readsInTransaction() {
        return true;
    }

    @Override
    public void begin(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
    }

    @Override
    public void commit(Connection connection) throws SQLException {
        connection.commit();
        connection.setAutoCommit(true);
    }

    @Override
    public void rollback(Connection connection) throws SQLException {
        connection.rollback();
        connection.setAutoCommit(true);
    }

    /** The driver does, and asking the server would take as long as running the statement. */
    @Override
    public void requireParameters(PreparedStatement statement, int count) {}

    @Override
    public int fetchRows(long rowBytes) {
        return Math.clamp(batchBytesMax / Math.max(1, rowBytes), FETCH_ROWS_MIN, FETCH_ROWS_MAX);
    }

    @Override
    public @Nullable Object value(ResultSet row, int column) throws SQLException {
        Object value = switch (row.getMetaData().getColumnType(column)) {
            case Types.BIT, Types.BOOLEAN -> booleanOrText(row, column);
            case Types.SMALLINT, Types.INTEGER, Types.BIGINT -> row.getLong(column);
            case Types.REAL, Types.FLOAT, Types.DOUBLE -> row.getDouble(column);
            case Types.BINARY, Types.VARBINARY -> row.getBytes(column);
            default -> row.getString(column);
        };
        return row.wasNull() ? null : value;
    }

    /** The driver says BIT for both: {@code bit(8)} is no truth value. */
    private static @Nullable Object booleanOrText(ResultSet row, int column) throws SQLException {
        return row.getMetaData().getColumnTypeName(column).equals("bool")
                ? (Object) row.getBoolean(column)
                : row.getString(column);
    }

    @Override
    public HostError error(SQLException e, boolean deadlinePassed) {
        String state = e.getSQLState() == null ? "" : e.getSQLState();
        if (String.valueOf(e.getMessage()).contains("maxResultBuffer")) {
            return HostError.of(Kind.LIMIT_EXCEEDED, "a row is larger than batch-bytes-max=" + batchBytesMax, e);
        }
        if (state.equals("57014")) {
            return HostError.of(Kind.TIMEOUT, "the statement was cancelled at its deadline", e);
        }
        String aboutClass = state.length() == 5 ? state.substring(0, 2) : "";
        if (!ABOUT_THE_STATEMENT.contains(aboutClass)) {
            return deadlinePassed
                    ? HostError.of(Kind.TIMEOUT, "the database didn't answer before the deadline", e)
                    : HostError.of(Kind.UNAVAILABLE, "the database can't be used at the moment", e);
        }
        return HostError.of(kind(state, aboutClass), complaint(e), e);
    }

    private static Kind kind(String state, String aboutClass) {
        return switch (aboutClass) {
            case "23", "40", "44" -> Kind.CONFLICT;
            // In use by another session: try again.
            case "55" -> Kind.CONFLICT;
            case "54" -> Kind.LIMIT_EXCEEDED;
            case "25" -> state.equals("25006") ? Kind.PERMISSION_DENIED : Kind.INVALID;
            case "42" -> state.equals("42501") ? Kind.PERMISSION_DENIED : Kind.INVALID;
            default -> Kind.INVALID;
        };
    }

    /** The server's primary message: details and hints may quote other people's rows. Without one it is the driver's, about the call. */
    private static String complaint(SQLException e) {
        ServerErrorMessage server = e instanceof PSQLException failure ? failure.getServerErrorMessage() : null;
        String message = server == null ? e.getMessage() : server.getMessage();
        return message == null ? "the database refused the statement" : message;
    }

    @Override
    public void close() {
        // Connections are the pool's, and there is nothing else.
    }
}
