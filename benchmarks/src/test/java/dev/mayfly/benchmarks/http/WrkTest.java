package dev.mayfly.benchmarks.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class WrkTest {
    @Test
    void readsTheLineOfTheScriptAmongWhatWrkSays() throws IOException {
        Wrk.Result result = Wrk.parse("""
                Running 4s test @ http://127.0.0.1:8080/echo
                Requests/sec: 50.00
                result 4000000000 200 3 87000:150 120000:60
                """);

        assertEquals(3, result.errors());
        assertEquals(200, result.sample().calls());
        assertEquals(50, result.sample().perSecond());
        assertEquals(87_000, (double) result.sample().percentile(50), 100);
    }

    @Test
    void aRunWithoutOneAnswerHasNoLatencies() throws IOException {
        Wrk.Result result = Wrk.parse("result 4000000000 0 16\n");

        assertEquals(0, result.sample().calls());
        assertEquals(16, result.errors());
    }

    @Test
    void outputWithoutThatLineIsAFailure() {
        assertThrows(IOException.class, () -> Wrk.parse("unable to connect to 127.0.0.1:8080"));
    }
}
