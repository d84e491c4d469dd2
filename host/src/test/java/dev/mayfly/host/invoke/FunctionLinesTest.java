package dev.mayfly.host.invoke;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

class FunctionLinesTest {
    private static final FunctionLog.Line LINE = new FunctionLog.Line(
            7,
            1_700_000_000_000_000_001L,
            3,
            "01JD",
            "quote \" and\nline",
            new TreeMap<>(Map.of("order", "7", "ключ", "ü")));

    @Test
    void aLineIsOneJsonObjectWithoutLineBreaks() {
        assertEquals(
                "{\"time\":\"2023-11-14T22:13:20.000000001Z\",\"level\":\"warn\",\"function\":\"shop\",\"invocation\":\"01JD\","
                        + "\"message\":\"quote \\\" and\\nline\",\"fields\":{\"order\":\"7\",\"ключ\":\"ü\"}}",
                FunctionLines.json("shop", LINE));
    }

    @Test
    void nothingIsLoggedUntilTheLoggerIsTurnedOn() {
        List<String> logged = new ArrayList<>();
        Logger logger = Logger.getLogger(FunctionLines.LOGGER);
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord entry) {
                logged.add(entry.getMessage());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        logger.addHandler(handler);
        try {
            FunctionLines.write("shop", LINE);
            assertEquals(List.of(), logged);
            logger.setLevel(Level.FINE);
            FunctionLines.write("shop", LINE);
            assertEquals(List.of(FunctionLines.json("shop", LINE)), logged);
        } finally {
            logger.setLevel(null);
            logger.removeHandler(handler);
        }
    }
}
