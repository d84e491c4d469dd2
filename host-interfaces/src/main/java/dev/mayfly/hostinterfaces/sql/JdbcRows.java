package dev.mayfly.hostinterfaces.sql;

import dev.mayfly.hostinterfaces.Deadline;
import dev.mayfly.hostinterfaces.HostError;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rows on their way from a {@link JdbcDatabase}. A statement that gives none has run, and gives no columns. */
final class JdbcRows implements SqlDatabase.Rows {
    /** What happens when the rows were read, closed or have failed: once. */
    interface Ending {
        void ended(JdbcRows rows, boolean failed);
    }

    /** For what closing has to say to the database, after the caller's own deadline has passed. */
    private static final Duration CLOSE_TIME = Duration.ofSeconds(2);

    /** A null, a number or a truth. */
    private static final int SMALL_VALUE_BYTES = 8;

    private final BorrowedConnection connection;
    private final Dialect dialect;
    private final SqlLimits limits;
    private final PreparedStatement statement;
    private final @Nullable ResultSet result;
    private final List<String> columns;
    private final Ending ending;
    private Deadline deadline;
    private boolean ended;

    /** A row that was read and is too much for its batch: the first of the next one. */
    private @Nullable Row ahead;

    private record Row(List<@Nullable Object> values, long bytes) {}

    JdbcRows(
            BorrowedConnection connection,
            Dialect dialect,
            SqlLimits limits,
            PreparedStatement statement,
            @Nullable ResultSet result,
            Deadline deadline,
            Ending ending)
            throws SQLException {
        this.connection = connection;
        this.dialect = dialect;
        this.limits = limits;
        this.statement = statement;
        this.result = result;
        this.deadline = deadline;
        this.ending = ending;
        this.columns = result == null ? List.of() : columns(result.getMetaData());
    }

    private static List<String> columns(ResultSetMetaData metaData) throws SQLException {
        List<String> names = new ArrayList<>();
        for (int i = 1; i <= metaData.getColumnCount(); i++) {
            names.add(metaData.getColumnLabel(i));
        }
        return List.copyOf(names);
    }

    @Override
    public List<String> columns() {
        return columns;
    }

    @Override
    public List<List<@Nullable Object>> next(int rowsMax, Deadline until) {
        if (rowsMax < 1) {
            throw HostError.of(HostError.Kind.INVALID, "rows-max=" + rowsMax + ", at least 1 is needed");
        }
        if (ended || result == null) {
            return List.of();
        }
        deadline = until;
        List<List<@Nullable Object>> batch = new ArrayList<>();
        boolean atEnd;
        try {
            atEnd = connection.run(until, c -> read(result, rowsMax, batch));
        } catch (HostError e) {
            end(true);
            throw e;
        }
        if (atEnd) {
            end(false);
        }
        return batch;
    }

    /** Fills the batch; returns whether that was all. */
    private boolean read(ResultSet rows, int rowsMax, List<List<@Nullable Object>> batch) throws SQLException {
        long bytes = 0;
        while (batch.size() < rowsMax) {
            Row row = ahead != null ? ahead : readRow(rows);
            ahead = null;
            if (row == null) {
                return true;
            }
            if (bytes + row.bytes() > limits.batchBytesMax() && !batch.isEmpty()) {
                ahead = row;
                break;
            }
            batch.add(row.values());
            bytes += row.bytes();
        }
        rows.setFetchSize(dialect.fetchRows(bytes / batch.size()));
        return false;
    }

    private @Nullable Row readRow(ResultSet rows) throws SQLException {
        if (!rows.next()) {
            return null;
        }
        List<@Nullable Object> values = new ArrayList<>(columns.size());
        long bytes = 0;
        for (int i = 1; i <= columns.size(); i++) {
            Object value = dialect.value(rows, i);
            bytes += bytesOf(value);
            if (bytes > limits.batchBytesMax()) {
                throw HostError.of(
                        HostError.Kind.LIMIT_EXCEEDED,
                        "a row is larger than batch-bytes-max=" + limits.batchBytesMax());
            }
            values.add(value);
        }
        return new Row(Collections.unmodifiableList(values), bytes);
    }

    private static long bytesOf(@Nullable Object value) {
        return switch (value) {
            case String text -> utf8Bytes(text);
            case byte[] bytes -> bytes.length;
            case null, default -> SMALL_VALUE_BYTES;
        };
    }

    private static long utf8Bytes(String text) {
        long bytes = text.length();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            // Each half of a surrogate pair is two of its four bytes.
            bytes += c < 0x80 ? 0 : c < 0x800 || Character.isSurrogate(c) ? 1 : 2;
        }
        return bytes;
    }

    /** Until when the last operation on it might take, or a little longer when that is over. */
    Deadline deadline() {
        Deadline closing = Deadline.in(CLOSE_TIME);
        return deadline.atNs() - System.nanoTime() > 0 ? deadline : closing;
    }

    boolean ended() {
        return ended;
    }

    void endIfNone() {
        if (result == null) {
            end(false);
        }
    }

    @Override
    public void close() {
        end(false);
    }

    private void end(boolean failed) {
        if (ended) {
            return;
        }
        ended = true;
        ahead = null;
        HostError unclosed = null;
        try {
            connection.step(deadline(), c -> statement.close());
        } catch (HostError e) {
            unclosed = e;
        }
        ending.ended(this, failed || unclosed != null);
        // Of a failure the caller knows already.
        if (unclosed != null && !failed) {
            throw unclosed;
        }
    }
}
