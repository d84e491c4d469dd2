package dev.mayfly.host.observe;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import org.HdrHistogram.AbstractHistogram;

/** Turns a histogram of nanoseconds into a scrape's buckets of seconds. */
final class Durations {
    private Durations() {}

    /** @param boundsSeconds of the buckets, ascending; one without a bound follows */
    static HistogramSnapshot.HistogramDataPointSnapshot of(
            Labels labels, AbstractHistogram live, double[] boundsSeconds) {
        // It goes on being filled: bounds and sum are to be of the same moment.
        AbstractHistogram latencyNs = live.copy();
        ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
        long fromNs = 0;
        for (double bound : boundsSeconds) {
            long toNs = Math.round(bound * 1e9);
            buckets.bucket(bound, latencyNs.getCountBetweenValues(fromNs, toNs));
            fromNs = latencyNs.nextNonEquivalentValue(toNs);
        }
        buckets.bucket(Double.POSITIVE_INFINITY, latencyNs.getCountBetweenValues(fromNs, Long.MAX_VALUE));
        return HistogramSnapshot.HistogramDataPointSnapshot.builder()
                .labels(labels)
                .classicHistogramBuckets(buckets.build())
                .sum(latencyNs.getMean() * latencyNs.getTotalCount() / 1e9)
                .build();
    }
}
