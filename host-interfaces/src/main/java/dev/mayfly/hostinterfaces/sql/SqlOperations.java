package dev.mayfly.hostinterfaces.sql;

import dev.mayfly.engine.Operation;
import dev.mayfly.hostinterfaces.BindingKind;
import dev.mayfly.hostinterfaces.OperationCall;
import dev.mayfly.hostinterfaces.OperationTable;
import dev.mayfly.memorypool.AnswerWriter;
import dev.mayfly.memorypool.ArgumentReader;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code mayfly:sql/sql}: each function's parameters in the order of {@code wit/sql/sql.wit}. */
public final class SqlOperations {
    private static final int NULL = 0;
    private static final int BOOLEAN = 1;
    private static final int INTEGER = 2;
    private static final int REAL = 3;
    private static final int TEXT = 4;
    private static final int BYTES = 5;

    private static final int ROWS_AT_ONCE_MAX = 10_000;

    private SqlOperations() {}

    /** Adds them to a table. */
    public static void addTo(OperationTable.Builder table) {
        table.with(Operation.SQL_QUERY, SqlOperations::query)
                .with(Operation.SQL_EXECUTE, SqlOperations::execute)
                .with(Operation.SQL_BEGIN, SqlOperations::begin)
                .with(Operation.SQL_TRANSACTION_QUERY, SqlOperations::transactionQuery)
                .with(Operation.SQL_TRANSACTION_EXECUTE, SqlOperations::transactionExecute)
                .with(Operation.SQL_TRANSACTION_COMMIT, SqlOperations::commit)
                .with(Operation.SQL_ROWS_COLUMNS, SqlOperations::columns)
                .with(Operation.SQL_ROWS_NEXT, SqlOperations::next);
    }

    /** A cursor or transaction that counts against its grant until it is closed, as it has a connection. */
    private record Open(Object resource, Runnable closing, Runnable permit) implements AutoCloseable {
        @Override
        public void close() {
            try {
                closing.run();
            } finally {
                permit.run();
            }
        }
    }

    private static SqlDatabase database(OperationCall call, ArgumentReader in) {
        return call.provider(BindingKind.SQL, in.text(), SqlDatabase.class);
    }

    private static void query(OperationCall call, ArgumentReader in, AnswerWriter out) {
        SqlDatabase.Rows rows = database(call, in).query(in.text(), parameters(in), call.deadline());
        out.u32(call.resources().add(new Open(rows, rows::close, call.keepPermit())));
    }

    private static void execute(OperationCall call, ArgumentReader in, AnswerWriter out) {
        out.i64(database(call, in).execute(in.text(), parameters(in), call.deadline()));
    }

    private static void begin(OperationCall call, ArgumentReader in, AnswerWriter out) {
        SqlDatabase.Transaction transaction = database(call, in).begin(call.deadline());
        out.u32(call.resources().add(new Open(transaction, transaction::close, call.keepPermit())));
    }

    private static void transactionQuery(OperationCall call, ArgumentReader in, AnswerWriter out) {
        SqlDatabase.Rows rows = transaction(call, in).query(in.text(), parameters(in), call.deadline());
        out.u32(call.resources().add(new Open(rows, rows::close, () -> {})));
    }

    private static void transactionExecute(OperationCall call, ArgumentReader in, AnswerWriter out) {
        out.i64(transaction(call, in).execute(in.text(), parameters(in), call.deadline()));
    }

    private static void commit(OperationCall call, ArgumentReader in, AnswerWriter out) {
        transaction(call, in).commit(call.deadline());
    }

    private static void columns(OperationCall call, ArgumentReader in, AnswerWriter out) {
        List<String> columns = rows(call, in).columns();
        out.u32(columns.size());
        columns.forEach(out::text);
    }

    private static void next(OperationCall call, ArgumentReader in, AnswerWriter out) {
        SqlDatabase.Rows rows = rows(call, in);
        List<List<@Nullable Object>> batch = rows.next(Math.clamp(in.u32(), 1, ROWS_AT_ONCE_MAX), call.deadline());
        out.u32(batch.size());
        for (List<@Nullable Object> row : batch) {
            out.u32(row.size());
            row.forEach(value -> write(out, value));
        }
    }

    private static SqlDatabase.Transaction transaction(OperationCall call, ArgumentReader in) {
        return (SqlDatabase.Transaction) open(call, in).resource();
    }

    private static SqlDatabase.Rows rows(OperationCall call, ArgumentReader in) {
        return (SqlDatabase.Rows) open(call, in).resource();
    }

    private static Open open(OperationCall call, ArgumentReader in) {
        return call.resources().get(in.handle(), Open.class);
    }

    private static List<@Nullable Object> parameters(ArgumentReader in) {
        int count = in.count();
        List<@Nullable Object> parameters = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            parameters.add(value(in));
        }
        return parameters;
    }

    private static @Nullable Object value(ArgumentReader in) {
        int kind = in.u8();
        return switch (kind) {
            case NULL -> null;
            case BOOLEAN -> in.bool();
            case INTEGER -> in.i64();
            case REAL -> in.f64();
            case TEXT -> in.text();
            case BYTES -> in.bytes();
            default -> throw new IllegalStateException("a value of no kind: " + kind);
        };
    }

    private static void write(AnswerWriter out, @Nullable Object value) {
        switch (value) {
            case null -> out.u8(NULL);
            case Boolean flag -> out.u8(BOOLEAN).bool(flag);
            case Long number -> out.u8(INTEGER).i64(number);
            case Double number -> out.u8(REAL).f64(number);
            case String text -> out.u8(TEXT).text(text);
            case byte[] bytes -> out.u8(BYTES).bytes(bytes);
            default -> throw new IllegalStateException("a value of no kind: " + value.getClass());
        }
    }
}
