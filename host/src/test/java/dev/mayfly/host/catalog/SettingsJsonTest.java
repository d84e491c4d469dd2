package dev.mayfly.host.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.engine.MayflyException;
import dev.mayfly.host.FunctionLimits;
import dev.mayfly.snapshots.Warmup;
import dev.mayfly.snapshots.WarmupRequest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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

    private static final Warmup WARMUP = new Warmup(
            List.of(
                    WarmupRequest.DEFAULT,
                    new WarmupRequest(
                            "POST",
                            "/rules?all",
                            List.of(Map.entry("accept", "text/plain")),
                            "x",
                            new WarmupRequest.Expectation(new TreeSet<>(List.of(200, 201)), "ok", "o+k"))),
            Warmup.Trigger.IDLE,
            Duration.ofHours(1));

    private static final String WARMUP_TEXT =
            "\"warmup\":{\"max-age-s\":3600,\"requests\":[{\"path\":\"/\"},{\"body\":\"x\",\"expect\":{\"body-includes\":\"ok\",\"body-regex\":\"o+k\",\"status-codes\":[200,201]},\"headers\":[{\"name\":\"accept\",\"value\":\"text/plain\"}],\"method\":\"POST\",\"path\":\"/rules?all\"}],\"when\":\"idle\"}";

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
                CORS,
                WARMUP);
        String text = "{\"bindings\":{\"db\":\"orders-db\"},\"config\":{\"a\":\"\\\"é\\n\",\"z\":\"1\"},"
                + "\"cors\":{\"headers\":[\"content-type\"],\"max-age-s\":600,\"methods\":[\"PUT\"],\"origins\":[\"https://app.example.com\"]},"
                + "\"limits\":{\"deadline\":\"2000ms\"},\"secrets\":{\"stripe\":\"stripe-key\"},\"selectable\":true,\"topics\":[\"a\",\"b\"],\"visibility\":\"public\","
                + WARMUP_TEXT + "}";
        assertEquals(text, SettingsJson.write(settings));
        assertEquals(settings, SettingsJson.parse(text));
        assertEquals(
                settings,
                SettingsJson.parse(
                        "{ \"limits\": {\"deadline\": \"2s\"}, \"cors\":{\"origins\":[\"https://app.example.com\"],\"headers\":[\"content-type\"],\"max-age-s\":600,\"methods\":[\"PUT\"]}, \"visibility\": \"public\", \"secrets\": {\"stripe\": \"stripe-key\"}, \"topics\": [\"b\", \"a\"], \"selectable\": true, \"config\": {\"z\": \"1\", \"a\": \"\\\"\\u00e9\\n\"}, \"bindings\": {\"db\": \"orders-db\"}, "
                                + WARMUP_TEXT + " }"));
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
                "{'warmup': {'colour': 1}}       | /warmup/colour is unknown; the members here are debug, max-age-s, requests, uniqueness, when",
                "{'warmup': {'when': 'never'}}   | publish, idle or command",
                "{'warmup': {'max-age-s': 5}}    | at least 60s",
                "{'warmup': {'requests': [{'path': 'x'}]}} | begin with a slash",
                "{'warmup': {'requests': [{'expect': {'status-codes': [700]}}]}} | 100 to 599",
                "{'warmup': {'requests': [{'expect': {'body-regex': '('}}]}}     | no regular expression",
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
    void aWarmUpHasAtMostSoManyRequests() {
        String most = "{\"warmup\":{\"requests\":[" + "{},".repeat(Warmup.REQUEST_COUNT_MAX - 1) + "{}]}}";
        assertEquals(
                Warmup.REQUEST_COUNT_MAX,
                Objects.requireNonNull(SettingsJson.parse(most).warmup())
                        .requests()
                        .size());
        String more = most.replace("[{}", "[{},{}");
        assertTrue(assertThrows(MayflyException.Invalid.class, () -> SettingsJson.parse(more))
                .safeMessage()
                .contains("1 to 32 requests"));
    }

    @Test
    void nestingIsBounded() {
        assertThrows(MayflyException.Invalid.class, () -> SettingsJson.parse("{\"config\":" + "[".repeat(100_000)));
    }
}
