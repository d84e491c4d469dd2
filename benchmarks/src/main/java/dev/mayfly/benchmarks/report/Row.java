package dev.mayfly.benchmarks.report;

import dev.mayfly.benchmarks.measure.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * One line of a result.
 *
 * @param name stays the same from release to release
 * @param meanNs not in the JSON, whose fields are fixed
 * @param ratio of this row to the first, so that more is worse: of the medians where latency is compared, of the first row's calls per second to
 *     this row's where throughput is
 */
public record Row(
        String name,
        long p50Ns,
        long p90Ns,
        long p99Ns,
        long p999Ns,
        long p9999Ns,
        double meanNs,
        double perSecond,
        double ratio) {

    /** Rows of a latency benchmark, in the order of {@code samples}. */
    public static List<Row> byLatency(SequencedMap<String, Sample> samples) {
        double first = samples.firstEntry().getValue().percentile(50);
        List<Row> rows = new ArrayList<>();
        for (Map.Entry<String, Sample> entry : samples.entrySet()) {
            rows.add(of(entry.getKey(), entry.getValue(), entry.getValue().percentile(50) / first));
        }
        return rows;
    }

    /** Rows of a throughput benchmark, in the order of {@code samples}. */
    public static List<Row> byThroughput(SequencedMap<String, Sample> samples) {
        double first = samples.firstEntry().getValue().perSecond();
        List<Row> rows = new ArrayList<>();
        for (Map.Entry<String, Sample> entry : samples.entrySet()) {
            rows.add(of(
                    entry.getKey(), entry.getValue(), first / entry.getValue().perSecond()));
        }
        return rows;
    }

    private static Row of(String name, Sample sample, double ratio) {
        return new Row(
                name,
                sample.percentile(50),
                sample.percentile(90),
                sample.percentile(99),
                sample.percentile(99.9),
                sample.percentile(99.99),
                sample.meanNs(),
                sample.perSecond(),
                ratio);
    }

    /** The row of that name. */
    public static Row named(List<Row> rows, String name) {
        return rows.stream()
                .filter(row -> row.name.equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no row " + name));
    }
}
