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
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The examples in JavaScript and Python, which {@code tools/compat.sh} builds, start from what their warm-up made. */
@Timeout(240)
final class WarmedExamplesTest {
    /** A machine that is busy compiles 12 MB of WebAssembly twice in that time. */
    private static final Duration BUILD_TIME_MAX = Duration.ofMinutes(3);

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "js-render | /shelf-3 | refuse | <b>Thing 3.9 &lt;l3&gt;</b>",
                "py-score  | /score   | warn   | {\"score\": 0.5}"
            })
    void theyAnswerFromTheirSnapshotAsTheyDoCold(String name, String path, String uniqueness, String expected)
            throws Exception {
        String missing = name + " is missing: run tools/compat.sh";
        boolean isThere = Files.isRegularFile(Guests.home().resolve("target/guests/compat/" + name + ".wasm"));
        assumeTrue(isThere || "true".equals(System.getenv("CI")), missing);
        assertTrue(isThere, missing);
        try (TestHost host = TestHost.start()) {
            host.deploy("cold", "compat/" + name);
            Answer cold = host.get("/f/cold" + path).expect(200);
            assertTrue(cold.text().contains(expected), cold::text);
            host.deploy(
                    "warmed",
                    "compat/" + name,
                    "{'warmup':{'uniqueness':'" + uniqueness + "','requests':[{'path':'" + path + "'}]}}");
            JsonNode report = ended(host);
            assertEquals("warmed", report.path("state").asText(), report::toString);
            for (int call = 0; call < 3; call++) {
                Answer warmed = host.get("/f/warmed" + path).expect(200);
                assertEquals("warmed", warmed.header("mayfly-start"));
                assertEquals(cold.text(), warmed.text());
            }
        }
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
