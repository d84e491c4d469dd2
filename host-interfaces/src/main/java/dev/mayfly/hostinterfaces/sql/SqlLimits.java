package dev.mayfly.hostinterfaces.sql;

/**
 * What one statement may be and bring.
 *
 * @param statementBytesMax of a statement in UTF-8
 * @param parameterCountMax of its parameters
 * @param batchBytesMax about how many bytes of values one batch of rows has; a single row that is larger is {@code LIMIT_EXCEEDED}
 */
public record SqlLimits(int statementBytesMax, int parameterCountMax, int batchBytesMax) {
    /** Statements of 64 KiB with 1,000 parameters, batches of 512 KiB. */
    public static SqlLimits defaults() {
        return new SqlLimits(64 << 10, 1_000, 512 << 10);
    }
}
