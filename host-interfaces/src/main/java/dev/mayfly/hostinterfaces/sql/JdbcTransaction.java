package dev.mayfly.hostinterfaces.sql;

import dev.mayfly.hostinterfaces.Deadline;
import dev.mayfly.hostinterfaces.HostError;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A transaction of a {@link JdbcDatabase}. After a statement that failed nothing can be done with it but close it, on every database: some would
 * go on with what is left, others not.
 */
final class JdbcTransaction implements SqlDatabase.Transaction {
    private final JdbcDatabase database;
    private final BorrowedConnection connection;
    private final List<JdbcRows> open = new ArrayList<>();
    private boolean failed;
    private boolean over;

    JdbcTransaction(JdbcDatabase database, BorrowedConnection connection) {
        this.database = database;
        this.connection = connection;
    }

    @Override
    public SqlDatabase.Rows query(String statement, List<@Nullable Object> parameters, Deadline deadline) {
        StatementText text = database.checked(statement, parameters);
        JdbcRows rows =
                guarded(() -> database.query(connection, text, statement, parameters, deadline, (ended, rowsFailed) -> {
                    failed |= rowsFailed;
                    open.remove(ended);
                }));
        if (!rows.ended()) {
            open.add(rows);
        }
        return rows;
    }

    @Override
    public long execute(String statement, List<@Nullable Object> parameters, Deadline deadline) {
        StatementText text = database.checked(statement, parameters);
        JdbcDatabase.requireNoRows(text);
        return guarded(() -> database.execute(connection, text, statement, parameters, deadline));
    }

    @Override
    public void commit(Deadline deadline) {
        guarded(() -> {
            closeRows();
            connection.commit(deadline);
            return true;
        });
        close();
    }

    @Override
    public void close() {
        if (!over) {
            over = true;
            closeRows();
            connection.close();
        }
    }

    private void closeRows() {
        List.copyOf(open).forEach(JdbcRows::close);
    }

    private <T> T guarded(Supplier<T> work) {
        if (over) {
            throw HostError.of(HostError.Kind.INVALID, "the transaction is over");
        }
        if (failed) {
            throw HostError.of(
                    HostError.Kind.INVALID,
                    "an earlier statement of this transaction failed: nothing of it takes effect, begin a new one");
        }
        try {
            return work.get();
        } catch (HostError e) {
            failed = true;
            throw e;
        }
    }
}
