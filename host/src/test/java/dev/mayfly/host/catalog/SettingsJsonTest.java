package dev.mayfly.host.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.engine.MayflyException;
import dev.mayfly.host.FunctionLimits;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsJsonTest {
    private static final Cors CORS = new Cors(
            new TreeSet<>(List.of("https://app.example.com")),
            new TreeSet<>(List.of("PUT")),
            new TreeSet<>(List.of("content-type")),
            Duration.ofMinutes(10));

    @Test
    void theSameSettingsAreTheSameText() {
        FunctionSettings settings = new FunctionSettings(
                Map.of("z", "1", "a", "\"é\n"),
                Map.of("db", "orders-db"),
                new TreeSet<>(List.of("b", "a")),
                FunctionLimits.parse(Map.of("deadline", "2s")),
                true,
                Map.of("stripe", "stripe-key"),
                true,
                CORS);
        String text = "{\"bindings\":{\"db\":\"orders-db\"},\"config\":{\"a\":\"\\\"é\\n\",\"z\":\"1\"},"
                + "\"cors\":{\"headers\":[\"content-type\"],\"max-age-s\":600,\"methods\":[\"PUT\"],\"origins\":[\"https://app.example.com\"]},"
                + "\"limits\":{\"deadline\":\"2000ms\"},\"secrets\":{\"stripe\":\"stripe-key\"},\"selectable\":true,\"topics\":[\"a\",\"b\"],\"visibility\":\"public\"}";
        assertEquals(text, SettingsJson.write(settings));
        assertEquals(settings, SettingsJson.parse(text));
        assertEquals(
                settings,
                SettingsJson.parse(
                        "{ \"limits\": {\"deadline\": \"2s\"}, \"cors\":{\"origins\":[\"https://app.example.com\"],\"headers\":[\"content-type\"],\"max-age-s\":600,\"methods\":[\"PUT\"]}, \"visibility\": \"public\", \"secrets\": {\"stripe\": \"stripe-key\"}, \"topics\": [\"b\", \"a\"], \"selectable\": true, \"config\": {\"z\": \"1\", \"a\": \"\\\"\\u00e9\\n\"}, \"bindings\": {\"db\": \"orders-db\"} }"));
    }

    @Test
    void whatIsSoAnywayIsNotSaid() {
        assertEquals("{}", SettingsJson.write(FunctionSettings.NONE));
        assertEquals(
                FunctionSettings.NONE, SettingsJson.parse("{\"config\": {}, \"topics\": [], \"selectable\": false}"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'colour': 1}                   | /colour is unknown; the members here are",
                "{'config': {'a': 1}}            | /config/a must be a text",
                "{'config': {'a': {'b': 'c'}}}   | /config/a must be a text",
                "{'config': []}                  | /config must be an object",
                "{'topics': ['a', 2]}            | /topics/1 must be a text",
                "{'topics': 'a'}                 | /topics must be an array",
                "{'selectable': 'yes'}           | /selectable must be true or false",
                "{'config': {'a': 'b', 'a': 'c'}}| Duplicate field 'a'",
                "[]                              | the document must be an object",
                "{} {}                           | is followed by something else",
                "{'config'                       | at line 1, column",
                "nothing                         | at line 1, column",
            })
    void whatIsWrongIsRefusedWithItsPath(String text, String expected) {
        String message = assertThrows(MayflyException.Invalid.class, () -> SettingsJson.parse(text.replace('\'', '"')))
                .safeMessage();
        assertTrue(message.contains(expected), message);
    }

    @Test
    void nestingIsBounded() {
        assertThrows(MayflyException.Invalid.class, () -> SettingsJson.parse("{\"config\":" + "[".repeat(100_000)));
    }
}
