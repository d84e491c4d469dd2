package dev.mayfly.benchmarks.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class SampleTest {
    @Test
    void percentilesAreOfAllCallsWithinThreeDigits() {
        Sample sample = new Sample();
        for (int i = 1; i <= 1000; i++) {
            sample.record(i * 1000L);
        }

        assertEquals(500_000, (double) sample.percentile(50), 500);
        assertEquals(990_000, (double) sample.percentile(99), 990);
        assertEquals(999_000, (double) sample.percentile(99.9), 999);
        assertEquals(500_500, sample.meanNs(), 600);
        assertEquals(1000, sample.calls());
    }

    @Test
    void roundsAddUpInCallsAndTime() {
        Sample all = new Sample();
        all.add(Sample.decode("1000000 2 100:2"));
        all.add(Sample.decode("3000000 6 500:6"));

        assertEquals(8, all.calls());
        assertEquals(4_000_000, all.elapsedNs());
        assertEquals(2000, all.perSecond());
        assertEquals(500, all.percentile(50));
    }

    @Test
    void whatHappensAtTheSameTimeTakesTimeOnce() {
        Sample all = new Sample();
        all.addElapsed(1_000_000_000);
        all.addConcurrent(Sample.decode("999999999 10 100:10"));
        all.addConcurrent(Sample.decode("999999998 20 100:20"));

        assertEquals(30, all.perSecond());
    }

    @Test
    void crossesAProcessBoundaryUnchanged() {
        Sample sample = new Sample();
        for (int i = 0; i < 5000; i++) {
            sample.record(4000 + i * i);
        }
        sample.addElapsed(123_456_789);

        Sample read = Sample.decode(sample.encode());

        assertEquals(sample.calls(), read.calls());
        assertEquals(sample.elapsedNs(), read.elapsedNs());
        for (double percent : new double[] {0, 50, 90, 99, 99.9, 99.99, 100}) {
            assertEquals(sample.percentile(percent), read.percentile(percent), "p" + percent);
        }
    }

    @Test
    void aLatencyPastTheRangeCountsAsTheLongest() {
        Sample sample = new Sample();
        sample.record(Long.MAX_VALUE);

        assertEquals(60e9, (double) sample.percentile(100), 60e6);
    }

    @Test
    void textThatIsNoSampleIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> Sample.decode("1000 1 100"));
        assertThrows(IllegalArgumentException.class, () -> Sample.decode("soon 1 100:1"));
    }
}
