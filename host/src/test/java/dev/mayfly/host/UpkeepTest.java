package dev.mayfly.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mayfly.host.testing.Guests;
import dev.mayfly.host.testing.SetClock;
import dev.mayfly.host.testing.TestHost;
import dev.mayfly.host.testing.Waiting;
import dev.mayfly.linkercache.Digest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a host does by itself: canaries are promoted or rolled back, idle versions go. */
@Timeout(120)
final class UpkeepTest {
    private final SetClock clock = new SetClock();

    @TempDir
    private Path folder;

    private int dueCount;

    private TestHost start() {
        return TestHost.of(Host.start(TestHost.config(folder), clock, step -> {}), folder);
    }

    /** Version 1 is live, 2 gets half of the calls and is judged by a rule. */
    private static void canary(TestHost host, String name, String guest, String rule) throws Exception {
        host.deploy(name, "probe");
        host.send(host.request("/v1/functions/" + name + "?alias=")
                        .PUT(BodyPublishers.ofByteArray(Guests.bytes(guest))))
                .expect(200);
        host.put(
                        "/v1/functions/" + name + "/aliases/live",
                        ("{'targets': [{'version': 1, 'weight': 50}, {'version': 2, 'weight': 50}],"
                                        + " 'rollout': {'version': 2, " + rule + "}}")
                                .replace('\'', '"'))
                .expect(200);
    }

    private static JsonNode live(TestHost host, String name) throws Exception {
        return host.get("/v1/functions/" + name + "/aliases/live").expect(200).json();
    }

    private static boolean isAt(TestHost host, String name, int version) throws Exception {
        JsonNode targets = live(host, name).path("targets");
        return targets.size() == 1 && targets.at("/0/version").asInt() == version;
    }

    private static void call(TestHost host, String path, int count) throws Exception {
        for (int i = 0; i < count; i++) {
            host.get(path);
        }
    }

    /** Waits for two other canaries that are due, one after the other: between their rounds all canaries were judged. */
    private void awaitJudged(TestHost host) throws Exception {
        for (int i = 0; i < 2; i++) {
            String due = "due-" + dueCount++;
            canary(host, due, "hello", "'promoteAfterMs': 1, 'callsMin': 1");
            call(host, "/f/" + due + ":2", 1);
            Waiting.until(due + " is promoted", () -> isAt(host, due, 2));
        }
    }

    @Test
    void aCanaryThatKeepsItsRuleGetsAllCalls() throws Exception {
        try (TestHost host = start()) {
            canary(host, "good", "hello", "'promoteAfterMs': 600000, 'callsMin': 20, 'p99MaxMs': 60000");
            call(host, "/f/good:2", 30);
            JsonNode rollout = live(host, "good").path("rollout");
            assertEquals(30, rollout.path("calls").asInt());
            assertEquals(0, rollout.path("errorRate").asDouble());
            clock.advance(Duration.ofMinutes(9));
            assertFalse(isAt(host, "good", 2), "not yet");
            clock.advance(Duration.ofMinutes(2));
            Waiting.until("it is promoted", () -> isAt(host, "good", 2));
            String reason = live(host, "good").at("/history/0/reason").asText();
            assertTrue(reason.startsWith("promoted version 2: 30 calls, 0.00 % failed, p99 "), reason);
            host.post("/v1/functions/good/rollback", new byte[0]).expect(200);
            assertTrue(isAt(host, "good", 1));
        }
    }

    @Test
    void aCanaryThatFailsIsRolledBackBeforeItsTime() throws Exception {
        try (TestHost host = start()) {
            canary(host, "failing", "traps", "'promoteAfterMs': 600000, 'callsMin': 20, 'errorRateMax': 0.1");
            call(host, "/f/failing:2/unreachable", 25);
            Waiting.until("it is rolled back", () -> isAt(host, "failing", 1));
            String reason = live(host, "failing").at("/history/0/reason").asText();
            assertTrue(reason.startsWith("rolled back version 2: 25 calls, 100.00 % failed"), reason);
            assertTrue(reason.endsWith("error-rate-max is 10.00 %"), reason);
        }
    }

    @Test
    void aCanaryThatIsSlowIsRolledBack() throws Exception {
        try (TestHost host = start()) {
            canary(host, "slow", "hello", "'promoteAfterMs': 600000, 'callsMin': 10, 'p99MaxMs': 0.001");
            call(host, "/f/slow:2", 12);
            Waiting.until("it is rolled back", () -> isAt(host, "slow", 1));
            String reason = live(host, "slow").at("/history/0/reason").asText();
            assertTrue(reason.contains("p99-max is 0.0 ms"), reason);
        }
    }

    @Test
    void aCanaryIsJudgedAfterARestartToo() throws Exception {
        try (TestHost host = start()) {
            canary(host, "restarted", "hello", "'promoteAfterMs': 600000, 'callsMin': 20");
            call(host, "/f/restarted:2", 19);
            clock.advance(Duration.ofMinutes(11));
        }
        try (TestHost host = start()) {
            assertEquals(0, live(host, "restarted").at("/rollout/calls").asInt(), "counted anew");
            call(host, "/f/restarted:2", 20);
            Waiting.until("it is promoted", () -> isAt(host, "restarted", 2));
        }
    }

    @Test
    void aClockThatIsSetBackPutsNoPromotionOff() throws Exception {
        try (TestHost host = start()) {
            canary(host, "back", "hello", "'promoteAfterMs': 600000, 'callsMin': 20");
            call(host, "/f/back:2", 20);
            clock.jump(Duration.ofDays(-30));
            AtomicInteger minutes = new AtomicInteger();
            Waiting.until("it is promoted", () -> {
                clock.advance(Duration.ofMinutes(1));
                minutes.incrementAndGet();
                return isAt(host, "back", 2);
            });
            assertTrue(minutes.get() >= 10, minutes::toString);
            assertTrue(minutes.get() < Duration.ofDays(29).toMinutes(), "before the clock has caught up");
        }
    }

    @Test
    void aClockThatIsSetForwardPromotesNothingEarly() throws Exception {
        try (TestHost host = start()) {
            canary(host, "forward", "hello", "'promoteAfterMs': 600000, 'callsMin': 20");
            call(host, "/f/forward:2", 20);
            assertPromotedByTimeAlone(host, "forward", Duration.ofMinutes(11), "it was tried for seconds");
        }
    }

    @Test
    void theTimesBeforeAndAfterARestartAreAddedUp() throws Exception {
        try (TestHost host = start()) {
            canary(host, "added", "hello", "'promoteAfterMs': 600000, 'callsMin': 1");
            clock.advance(Duration.ofMinutes(6));
        }
        try (TestHost host = start()) {
            call(host, "/f/added:2", 1);
            assertPromotedByTimeAlone(host, "added", Duration.ofMinutes(5), "6 of 10 minutes");
        }
    }

    /** A clock that jumps ahead does not promote a canary, time that passes does. */
    private void assertPromotedByTimeAlone(TestHost host, String alias, Duration left, String before) throws Exception {
        clock.jump(Duration.ofDays(1));
        awaitJudged(host);
        assertFalse(isAt(host, alias, 2), before);
        clock.advance(left);
        Waiting.until("it is promoted", () -> isAt(host, alias, 2));
    }

    @Test
    void timeInWhichNoHostRunsIsNoTrialHoweverLateTheClockSaysItIs() throws Exception {
        try (TestHost host = start()) {
            canary(host, "away", "hello", "'promoteAfterMs': 600000, 'callsMin': 1");
            clock.advance(Duration.ofMinutes(6));
        }
        clock.advance(Duration.ofHours(1));
        clock.jump(Duration.ofDays(365));
        try (TestHost host = start()) {
            call(host, "/f/away:2", 1);
            assertPromotedByTimeAlone(host, "away", Duration.ofMinutes(5), "6 of 10 minutes");
        }
    }

    @Test
    void aClockThatIsSetBackWhileNoHostRunsTakesNothingFromATrial() throws Exception {
        try (TestHost host = start()) {
            canary(host, "earlier", "hello", "'promoteAfterMs': 600000, 'callsMin': 1");
            clock.advance(Duration.ofMinutes(6));
        }
        clock.jump(Duration.ofDays(-30));
        try (TestHost host = start()) {
            call(host, "/f/earlier:2", 1);
            assertPromotedByTimeAlone(host, "earlier", Duration.ofMinutes(5), "6 of 10 minutes");
        }
    }

    @Test
    void aClockThatJumpsReapsNothingThatWasInvokedSinceTheHostStarted() throws Exception {
        try (TestHost host = start()) {
            host.greet("jumped", "One", "live");
            host.greet("jumped", "Two", "live");
            host.greet("other", "One", "live");
            host.greet("other", "Two", "live");
            call(host, "/f/jumped:1/you", 1);
            clock.jump(Duration.ofDays(400));
            Waiting.until("what nobody invoked is gone", () -> {
                clock.advance(Duration.ofHours(1));
                return versions(host, "other").equals(List.of("2"));
            });
            assertEquals(List.of("2", "1"), versions(host, "jumped"));
            clock.jump(Duration.ofDays(-800));
            call(host, "/f/jumped:1/you", 1);
            host.greet("jumped", "Three", "live");
            host.post("/v1/functions/jumped/rollback", new byte[0]).expect(200);
            assertTrue(isAt(host, "jumped", 2));
            host.get("/f/jumped/you").expect(200);
        }
    }

    @Test
    void aClockThatIsSetRightWithinTheHourReapsNothing() throws Exception {
        try (TestHost host = start()) {
            host.greet("kept", "One", "live");
            host.greet("kept", "Two", "live");
        }
        clock.jump(Duration.ofDays(400));
        try (TestHost host = start()) {
            awaitJudged(host);
            clock.advance(Duration.ofMinutes(50));
            awaitJudged(host);
            clock.jump(Duration.ofDays(-400));
            awaitJudged(host);
            clock.advance(Duration.ofHours(2));
            awaitJudged(host);
            assertEquals(List.of("2", "1"), versions(host, "kept"));
        }
    }

    @Test
    void aVersionThatNobodyNeedsGoesAndTakesItsComponentWithIt() throws Exception {
        try (TestHost host = start()) {
            host.deploy("reaped", "hello");
            host.deploy("reaped", "echo");
            host.deploy("reaped", "probe");
            host.deploy("other", "echo");
            clock.advance(Duration.ofDays(13));
            call(host, "/f/reaped:1", 1);
            clock.advance(Duration.ofDays(2));
            Waiting.until("version 2 is gone", () -> versions(host, "reaped").equals(List.of("3", "1")));
            host.get("/f/reaped:2").problem(404, "not-found");
            host.get("/f/reaped/request").expect(200);
            assertTrue(isStored("echo"), "another function is made of it");
            clock.advance(Duration.ofDays(15));
            Waiting.until("version 1 is gone", () -> versions(host, "reaped").equals(List.of("3")));
            Waiting.until("its component is gone", () -> !isStored("hello"));
            assertEquals(List.of("1"), versions(host, "other"), "live points to it");
        }
    }

    @Test
    void aVersionThatWasLiveUntilNowStays() throws Exception {
        try (TestHost host = start()) {
            host.greet("kept", "One", "live");
            host.greet("other", "One", "live");
            host.greet("other", "Two", "live");
            clock.advance(Duration.ofDays(10));
            host.greet("kept", "Two", "live");
            clock.advance(Duration.ofDays(5));
            Waiting.until(
                    "what was left long ago is gone",
                    () -> versions(host, "other").equals(List.of("2")));
            assertEquals(List.of("2", "1"), versions(host, "kept"));
            host.post("/v1/functions/kept/rollback", new byte[0]).expect(200);
        }
    }

    @Test
    void anInvocationIsRememberedOverARestart() throws Exception {
        Instant invoked;
        try (TestHost host = start()) {
            host.greet("remembered", "One", "live");
            host.greet("remembered", "Two", "live");
            clock.advance(Duration.ofDays(10));
            host.get("/f/remembered:1/you").expect(200);
            invoked = clock.instant();
        }
        clock.advance(Duration.ofDays(10));
        try (TestHost host = start()) {
            JsonNode first =
                    host.get("/v1/functions/remembered/versions").json().at("/versions/1");
            Duration apart = Duration.between(
                    invoked, Instant.parse(first.path("lastInvokedAt").asText()));
            assertTrue(apart.abs().compareTo(Duration.ofMinutes(1)) < 0, apart::toString);
            host.get("/f/remembered:1/you").expect(200);
        }
    }

    private static List<String> versions(TestHost host, String name) throws Exception {
        return host.get("/v1/functions/" + name + "/versions")
                .expect(200)
                .json()
                .path("versions")
                .findValuesAsText("version");
    }

    private boolean isStored(String guest) {
        return Files.exists(folder.resolve(
                "store/components/" + Digest.of(Guests.bytes(guest)).hex()));
    }
}
