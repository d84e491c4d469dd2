package dev.mayfly.benchmarks.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Rows as text, in microseconds, columns under each other. */
public final class Table {
    private static final List<String> HEAD =
            List.of("row", "p50 µs", "p90", "p99", "p99.9", "p99.99", "mean", "calls/s", "ratio");

    private Table() {}

    public static String of(List<Row> rows) {
        List<List<String>> lines = new ArrayList<>();
        lines.add(HEAD);
        for (Row row : rows) {
            lines.add(List.of(
                    row.name(),
                    us((double) row.p50Ns()),
                    us((double) row.p90Ns()),
                    us((double) row.p99Ns()),
                    us((double) row.p999Ns()),
                    us((double) row.p9999Ns()),
                    us(row.meanNs()),
                    String.format(Locale.ROOT, "%,.0f", row.perSecond()),
                    String.format(Locale.ROOT, "%.2f", row.ratio())));
        }
        return align(lines);
    }

    private static String us(double ns) {
        return String.format(Locale.ROOT, "%.2f", ns / 1000);
    }

    /** The first column to the left, the others to the right. */
    private static String align(List<List<String>> lines) {
        int[] widths = new int[HEAD.size()];
        for (List<String> line : lines) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], line.get(i).length());
            }
        }
        StringBuilder text = new StringBuilder();
        for (List<String> line : lines) {
            text.append(line.getFirst()).repeat(' ', widths[0] - line.getFirst().length());
            for (int i = 1; i < widths.length; i++) {
                text.repeat(' ', 2 + widths[i] - line.get(i).length()).append(line.get(i));
            }
            text.append('\n');
        }
        return text.toString();
    }
}
