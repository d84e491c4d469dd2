package dev.mayfly.host.invoke;

import dev.mayfly.hostinterfaces.OperationCounts;

/** Receipts of calls that nobody made. */
final class Receipts {
    private Receipts() {}

    static Receipt of(Outcome outcome, long runNs) {
        return of(outcome, runNs, 0);
    }

    static Receipt of(Outcome outcome, long runNs, long endedNs) {
        return new Receipt(
                "id",
                "fn",
                outcome,
                0,
                StartKind.COLD,
                endedNs,
                runNs,
                0,
                runNs,
                runNs,
                0,
                0,
                OperationCounts.NONE,
                0,
                0,
                0);
    }
}
