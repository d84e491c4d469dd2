package dev.mayfly.benchmarks.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.mayfly.benchmarks.measure.Sample;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;

class RowTest {
    /** The first: 100 ns and 1,000 a second. The second: 400 ns and 500 a second. */
    private static SequencedMap<String, Sample> samples() {
        SequencedMap<String, Sample> samples = new LinkedHashMap<>();
        samples.put("first", Sample.decode("1000000000 1000 100:1000"));
        samples.put("second", Sample.decode("1000000000 500 400:500"));
        return samples;
    }

    @Test
    void whereLatencyIsComparedTheRatioIsThatOfTheMedians() {
        List<Row> rows = Row.byLatency(samples());

        assertEquals(List.of("first", "second"), rows.stream().map(Row::name).toList());
        assertEquals(1.0, rows.get(0).ratio());
        assertEquals(4.0, rows.get(1).ratio());
    }

    @Test
    void whereThroughputIsComparedTheRatioIsTheFirstRowsOverTheRows() {
        List<Row> rows = Row.byThroughput(samples());

        assertEquals(1.0, rows.get(0).ratio());
        assertEquals(2.0, rows.get(1).ratio());
        assertEquals(500, rows.get(1).perSecond());
    }

    @Test
    void aRowIsFoundByItsName() {
        List<Row> rows = Row.byLatency(samples());

        assertEquals(rows.get(1), Row.named(rows, "second"));
        assertThrows(IllegalArgumentException.class, () -> Row.named(rows, "third"));
    }
}
