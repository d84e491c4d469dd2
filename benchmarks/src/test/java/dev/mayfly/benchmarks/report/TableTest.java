package dev.mayfly.benchmarks.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class TableTest {
    @Test
    void columnsStandUnderEachOtherInMicroseconds() {
        String table = Table.of(List.of(
                new Row("native", 4_500, 5_000, 8_000, 20_000, 100_000, 4_700, 212_765.4, 1),
                new Row("a-longer-name", 150_000, 160_000, 300_000, 1_000_000, 2_000_000, 155_000, 6_451, 33.333)));

        assertEquals("""
                row            p50 µs     p90     p99    p99.9   p99.99    mean  calls/s  ratio
                native           4.50    5.00    8.00    20.00   100.00    4.70  212,765   1.00
                a-longer-name  150.00  160.00  300.00  1000.00  2000.00  155.00    6,451  33.33
                """, table);
    }
}
