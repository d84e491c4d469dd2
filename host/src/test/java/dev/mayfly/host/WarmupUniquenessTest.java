package dev.mayfly.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mayfly.host.testing.TestHost;
import dev.mayfly.host.testing.Waiting;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What all calls that start from a snapshot share and might take for their own is measured, and said. */
@Timeout(120)
final class WarmupUniquenessTest {
    private static TestHost host;

    @BeforeAll
    static void start() {
        host = TestHost.start();
    }

    @AfterAll
    static void stop() {
        host.close();
    }

    private static JsonNode report(String name, String guest, String settings) throws Exception {
        host.deploy(name, guest, settings);
        Waiting.until(
                name + " is decided",
                () -> List.of("warmed", "refused")
                        .contains(host.warmup(name).path("state").asText()));
        return host.warmup(name);
    }

    @Test
    void anImageThatFollowsFromNeitherIsUniqueToTheByte() throws Exception {
        JsonNode report = report("unique", "warm", "{'warmup':{'requests':[{'path':'/look'}]}}");
        assertEquals("unique", report.path("verdict").asText(), report::toString);
        assertEquals(0, report.path("findings").size(), report::toString);
    }

    @Test
    void keysOfHashTablesAreToldApartFromOtherRandomness() throws Exception {
        JsonNode report = report("seeds", "hooks", "{'warmup':{}}");
        assertEquals("hash-seeds-only", report.path("verdict").asText(), report::toString);
        String findings = report.path("findings").toString();
        assertTrue(findings.contains(" pages follow the randomness: memory"), findings);
        assertTrue(findings.contains("warm-up request 1 draws from wasi:random/insecure-seed, in "), findings);
        assertTrue(findings.contains("RandomState"), findings);
    }

    @Test
    void stateThatFollowsTheClockIsToBeLookedAt() throws Exception {
        JsonNode report = report("clock", "hooks", "{'warmup':{},'config':{'before':'clock'}}");
        assertEquals("review", report.path("verdict").asText(), report::toString);
        String findings = report.path("findings").toString();
        assertTrue(findings.contains(" follow the clock: "), findings);
        assertTrue(findings.contains("before-snapshot reads wasi:clocks/wall-clock, in "), findings);
    }

    @Test
    void aWarmUpThatOnlyWorksNowIsToBeLookedAt() throws Exception {
        long tomorrow = Instant.now().plus(1, ChronoUnit.DAYS).getEpochSecond() * 1_000_000_000;
        JsonNode report =
                report("expiring", "hooks", "{'warmup':{},'config':{'before':'expire','until':'" + tomorrow + "'}}");
        assertEquals("warmed", report.path("state").asText(), report::toString);
        assertEquals("review", report.path("verdict").asText(), report::toString);
        String findings = report.path("findings").toString();
        assertTrue(
                findings.contains(
                        "a warm-up with the clock changed failed: before-snapshot reported an error: internal: it has expired"),
                findings);
        assertTrue(findings.contains("before-snapshot reads wasi:clocks/wall-clock, in "), findings);
    }

    @ParameterizedTest
    @CsvSource({"default", "refuse"})
    void secureRandomnessRefusesTheSnapshotUnlessItIsAllowed(String name) throws Exception {
        String policy = name.equals("default") ? "" : "'uniqueness':'" + name + "',";
        JsonNode report = report(name, "warm", "{'warmup':{" + policy + "'requests':[{'path':'/random'}]}}");
        assertEquals("refused", report.path("state").asText(), report::toString);
        String causes = report.path("causes").toString();
        assertTrue(causes.contains("warm-up request 1 draws from wasi:random/random, in "), causes);
        assertTrue(causes.contains("uniqueness = \\\"warn\\\""), causes);
        assertNotEquals(
                host.get("/f/" + name + "/random").expect(200).text(),
                host.get("/f/" + name + "/random").expect(200).text());
    }

    @ParameterizedTest
    @CsvSource({"warn", "allow"})
    void secureRandomnessThatIsAllowedIsSharedAndSaid(String policy) throws Exception {
        JsonNode report =
                report(policy, "warm", "{'warmup':{'uniqueness':'" + policy + "','requests':[{'path':'/random'}]}}");
        assertEquals("warmed", report.path("state").asText(), report::toString);
        assertEquals("review", report.path("verdict").asText(), report::toString);
        assertEquals(
                host.get("/f/" + policy + "/random").expect(200).text(),
                host.get("/f/" + policy + "/random").expect(200).text());
    }
}
