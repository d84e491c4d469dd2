package dev.mayfly.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mayfly.host.testing.Answer;
import dev.mayfly.host.testing.Guests;
import dev.mayfly.host.testing.TestHost;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The examples in JavaScript, Python and Java, which {@code tools/compat.sh} builds, start from what their warm-up made. */
@Timeout(240)
final class WarmedExamplesTest {
    /** A machine that is busy compiles 12 MB of WebAssembly twice in that time. */
    private static final Duration BUILD_TIME_MAX = Duration.ofMinutes(3);

    private static final String PRICE = "/price?country=de&postcode=80331&service=express&grams=800";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "js-render  | /shelf-3 | refuse | <b>Thing 3.9 &lt;l3&gt;</b>",
                "py-score   | /score   | warn   | {\"score\": 0.5}",
                "rules-java | " + PRICE + " | refuse | {\"carrier\":\"Swift\",\"cents\":2440,\"rule\":983}"
            })
    void theyAnswerFromTheirSnapshotAsTheyDoCold(String name, String path, String uniqueness, String expected)
            throws Exception {
        requireBuilt(name);
        try (TestHost host = TestHost.start()) {
            host.deploy("cold", "compat/" + name);
            Answer cold = host.get("/f/cold" + path).expect(200);
            assertTrue(cold.text().contains(expected), cold::text);
            deployWarmed(host, name, path, uniqueness);
            for (int call = 0; call < 3; call++) {
                Answer warmed = host.get("/f/warmed" + path).expect(200);
                assertEquals("warmed", warmed.header("mayfly-start"));
                assertEquals(cold.text(), warmed.text());
            }
        }
    }

    @Test
    void javaAnswersByTheFirstRuleAndItsExceptionsAreNoTraps() throws Exception {
        requireBuilt("rules-java");
        String answers = """
                country=de&postcode=01067&service=standard&grams=800 | 200 | {"carrier":"Plover","cents":972,"rule":1004}
                country=de&postcode=X1&service=standard&grams=800    | 200 | {"carrier":"Plover","cents":1282,"rule":1074}
                country=us&postcode=10001&service=standard&grams=800 | 200 | {"carrier":"Albatross","cents":6900,"rule":6161}
                country=us&postcode=10001&service=drone&grams=800    | 404 | no rule takes this parcel
                country=de&postcode=80331&service=express            | 400 | the query has no grams
                country=de&postcode=80331&service=express&grams=much | 400 | grams is no whole number: much
                country=us&postcode=10001&service=express&grams=800  | 500 | the function failed; its log has the cause
                """;
        try (TestHost host = TestHost.start()) {
            host.deploy("cold", "compat/rules-java");
            deployWarmed(host, "rules-java", PRICE, "refuse");
            for (String line : answers.lines().toList()) {
                String[] expected = line.split(" *\\| ", 3);
                int status = Integer.parseInt(expected[1]);
                for (String name : List.of("cold", "warmed", "warmed")) {
                    Answer answer =
                            host.get("/f/" + name + "/price?" + expected[0]).expect(status);
                    assertTrue(answer.text().contains(expected[2]), answer::text);
                }
            }
            String log = host.get("/v1/functions/warmed/logs").expect(200).text();
            assertTrue(log.contains("java.util.NoSuchElementException"), log);
        }
    }

    private static void requireBuilt(String name) {
        String missing = name + " is missing: run tools/compat.sh";
        boolean isThere = Files.isRegularFile(Guests.home().resolve("target/guests/compat/" + name + ".wasm"));
        assumeTrue(isThere || "true".equals(System.getenv("CI")), missing);
        assertTrue(isThere, missing);
    }

    private static void deployWarmed(TestHost host, String name, String path, String uniqueness) throws Exception {
        host.deploy(
                "warmed",
                "compat/" + name,
                "{'warmup':{'uniqueness':'" + uniqueness + "','requests':[{'path':'" + path + "'}]}}");
        JsonNode report = ended(host);
        assertEquals("warmed", report.path("state").asText(), report::toString);
    }

    private static JsonNode ended(TestHost host) throws Exception {
        long deadlineNs = System.nanoTime() + BUILD_TIME_MAX.toNanos();
        while (true) {
            JsonNode report =
                    host.get("/v1/functions/warmed/warmup").expect(200).json().at("/versions/0");
            String state = report.path("state").asText();
            if (!state.equals("waiting") && !state.equals("building") && !state.equals("cold")) {
                return report;
            }
            assertTrue(System.nanoTime() < deadlineNs, report::toString);
            Thread.sleep(50);
        }
    }
}
