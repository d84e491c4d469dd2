package dev.mayfly.host.quantity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sizes and times are written with their units, on the command line and in what it prints. */
final class QuantityTest {
    @ParameterizedTest
    @CsvSource({"0, 0", "17, 17", "17B, 17", "64KiB, 65536", "64 MiB, 67108864", "2GiB, 2147483648"})
    void aSizeIsBytesOrHasABinaryUnit(String text, long bytes) {
        assertEquals(bytes, ByteSize.parse(text).bytes());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "MiB", "-1", "1.5MiB", "64MB", "64M", "64mib", "99999999999GiB", "1234567890123456789"})
    void anythingElseIsNoSize(String text) {
        String message = String.valueOf(assertThrows(IllegalArgumentException.class, () -> ByteSize.parse(text))
                .getMessage());
        assertTrue(message.contains("'" + text + "'"), message);
    }

    @ParameterizedTest
    @CsvSource({"0, 0 B", "1023, 1023 B", "1024, 1 KiB", "86221, 84.2 KiB", "67108864, 64 MiB", "1610612736, 1.5 GiB"})
    void aSizeIsPrintedInTheLargestUnit(long bytes, String text) {
        assertEquals(text, new ByteSize(bytes).toString());
    }

    @ParameterizedTest
    @CsvSource({
        "500ms, 500",
        "10s, 10000",
        "10 s, 10000",
        "2min, 120000",
        "2m, 120000",
        "1h, 3600000",
        "2d, 172800000",
        "0s, 0"
    })
    void aTimeHasAUnit(String text, long millis) {
        assertEquals(Duration.ofMillis(millis), TimeSpan.parse(text).duration());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "10", "s", "-1s", "1.5s", "10M", "10 seconds"})
    void anythingElseIsNoTime(String text) {
        String message = String.valueOf(assertThrows(IllegalArgumentException.class, () -> TimeSpan.parse(text))
                .getMessage());
        assertTrue(message.contains("'" + text + "'"), message);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0 ms",
        "999, 999 ms",
        "1000, 1 s",
        "1234, 1.2 s",
        "60000, 1 min",
        "125000, 2 min 5 s",
        "3600000, 1 h",
        "5400000, 1 h 30 min",
        "1209600000, 14 d"
    })
    void aTimeIsPrintedAsPeopleSayIt(long millis, String text) {
        assertEquals(text, new TimeSpan(Duration.ofMillis(millis)).toString());
    }
}
