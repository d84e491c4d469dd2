package dev.mayfly.benchmarks.measure;

import org.HdrHistogram.Histogram;

/**
 * What some time of calls came to. Samples of several rounds add up.
 *
 * <p>Threads: one at a time.
 */
public final class Sample {
    /** As the native worker's: up to a minute in nanoseconds, three digits. */
    private static final long LATENCY_NS_MAX = 60_000_000_000L;

    private static final int DIGITS = 3;

    private final Histogram latencies = new Histogram(LATENCY_NS_MAX, DIGITS);
    private long calls;
    private long elapsedNs;

    /** Adds a call. */
    public void record(long latencyNs) {
        latencies.recordValue(Math.clamp(latencyNs, 0, LATENCY_NS_MAX));
        calls++;
    }

    /** Adds time in which calls were made. */
    public void addElapsed(long ns) {
        elapsedNs += ns;
    }

    /** Adds what was measured one after the other. */
    public void add(Sample other) {
        addConcurrent(other);
        elapsedNs += other.elapsedNs;
    }

    /** Adds the latencies of what was measured at the same time, which took no time of its own. */
    void addConcurrent(Sample other) {
        latencies.add(other.latencies);
        calls += other.calls;
    }

    public long calls() {
        return calls;
    }

    public long elapsedNs() {
        return elapsedNs;
    }

    public double perSecond() {
        return elapsedNs == 0 ? 0 : calls * 1e9 / elapsedNs;
    }

    /** The latency in nanoseconds that so many percent of the calls didn't pass. */
    public long percentile(double percent) {
        return latencies.getValueAtPercentile(percent);
    }

    public double meanNs() {
        return latencies.getMean();
    }

    /** {@code elapsedNs calls latency:count latency:count …}, for another process. */
    public String encode() {
        StringBuilder text = new StringBuilder().append(elapsedNs).append(' ').append(calls);
        latencies
                .recordedValues()
                .forEach(value -> text.append(' ')
                        .append(value.getValueIteratedTo())
                        .append(':')
                        .append(value.getCountAtValueIteratedTo()));
        return text.toString();
    }

    /**
     * The reverse of {@link #encode}. The calls are counted by themselves because a load generator may have more latencies than calls: some
     * count those too that a caller who hadn't waited would have seen.
     *
     * @throws IllegalArgumentException when {@code text} is nothing of the kind
     */
    public static Sample decode(String text) {
        Sample sample = new Sample();
        String[] words = text.split(" ", -1);
        sample.elapsedNs = Long.parseLong(words[0]);
        sample.calls = Long.parseLong(words[1]);
        for (int i = 2; i < words.length; i++) {
            int colon = words[i].indexOf(':');
            if (colon < 0) {
                throw new IllegalArgumentException("no latency:count: " + words[i]);
            }
            long latencyNs = Long.parseLong(words[i], 0, colon, 10);
            long count = Long.parseLong(words[i], colon + 1, words[i].length(), 10);
            sample.latencies.recordValueWithCount(Math.clamp(latencyNs, 0, LATENCY_NS_MAX), count);
        }
        return sample;
    }
}
