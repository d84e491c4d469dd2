package dev.mayfly.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mayfly.host.testing.Answer;
import dev.mayfly.host.testing.TestHost;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What functions do before they are captured and when they are restored. */
@Timeout(120)
final class WarmupHooksTest {
    private static TestHost host;

    @BeforeAll
    static void start() {
        host = TestHost.start();
    }

    @AfterAll
    static void stop() {
        host.close();
    }

    /** @param settings in JSON with single quotes */
    private static void deploy(String name, String settings) throws Exception {
        host.deploy(name, "hooks", "{'warmup':{}" + settings + "}");
    }

    private static String text(String path) throws Exception {
        Answer answer = host.get(path).expect(200);
        assertEquals("warmed", answer.header("mayfly-start"));
        return answer.text();
    }

    @Test
    void theOrderIsRequestsHookCaptureAndThenHookAndHandlerInEachCall() throws Exception {
        deploy("order", ",'config':{}");
        assertEquals("h", host.get("/f/order/").expect(200).text(), "a cold instance is not restored");
        host.awaitWarmup("order", "warmed");
        for (int i = 0; i < 3; i++) {
            assertEquals("hbah", text("/f/order/"));
        }
    }

    @Test
    void whatIsDrawnAndReadAfterTheRestoreIsTheCallsOwn() throws Exception {
        deploy("own", ",'config':{'region':'north'}");
        host.awaitWarmup("own", "warmed");
        assertNotEquals(text("/f/own/number"), text("/f/own/number"));
        long before = System.currentTimeMillis();
        long clock = Long.parseLong(text("/f/own/clock")) / 1_000_000;
        assertTrue(before <= clock && clock <= System.currentTimeMillis(), () -> before + " " + clock);
        assertEquals("north", text("/f/own/region"));
        deploy("own", ",'config':{'region':'south'}");
        host.awaitWarmup("own", "warmed");
        assertEquals("south", text("/f/own/region"));
    }

    @Test
    void aSecretIsTodaysWithoutAnotherBuild() throws Exception {
        host.put("/v1/secrets/pin", "0000-yesterday").expect(204);
        deploy("secret", ",'config':{'secret':'1'},'secrets':{'pin':'pin'}");
        String built = host.awaitWarmup("secret", "warmed").path("endedAt").asText();
        assertEquals("0000-yesterday", text("/f/secret/secret"));
        host.put("/v1/secrets/pin", "1111-today").expect(204);
        assertEquals("1111-today", text("/f/secret/secret"));
        assertEquals(built, host.warmup("secret").path("endedAt").asText());
    }

    @Test
    void aMapHasTheCallsOwnKeysOnceItIsSeededAnew() throws Exception {
        deploy("keys", "");
        host.awaitWarmup("keys", "warmed");
        String[] first = text("/f/keys/keys").split(" ", 2);
        String[] second = text("/f/keys/keys").split(" ", 2);
        assertNotEquals(first[0], second[0]);
        assertEquals(first[1], second[1], "what was seeded in the warm-up is shared");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "before-fail   | before | fail   | before-snapshot reported an error: internal: as it was told",
                "before-trap   | before | trap   | before-snapshot trapped, unreachable",
                "before-random | before | random | before-snapshot draws from wasi:random/random",
                "before-keep   | before | keep   | before-snapshot keeps a handle across its end: mayfly:data/buffers buffer",
                "before-fetch  | before | fetch  | before-snapshot asked for a connection to an upstream",
                "after-fail    | after  | fail   | warm-up request 1 (GET /) trapped, other: after-restore failed: internal: as it was told",
                "after-trap    | after  | trap   | warm-up request 1 (GET /) trapped, unreachable",
                "after-spin    | after  | spin   | after-restore runs longer than it may (limit after-restore-ms-max=10)",
                "after-fetch   | after  | fetch  | warm-up request 1 (GET /) asked for a connection to an upstream",
            })
    void aHookThatFailsIsReportedAndTheFunctionServedCold(String name, String hook, String does, String cause)
            throws Exception {
        deploy(name, ",'config':{'" + hook + "':'" + does + "'}");
        String causes = host.awaitWarmup(name, "refused").path("causes").toString();
        assertTrue(causes.contains(cause), causes);
        assertEquals("cold", host.get("/f/" + name + "/").expect(200).header("mayfly-start"));
    }

    @Test
    void theHookBeforeTheSnapshotHasTheFunctionsLimits() throws Exception {
        deploy("limits", ",'config':{'before':'spin'},'limits':{'cpu-time':'300ms'}");
        String causes = host.awaitWarmup("limits", "refused").path("causes").toString();
        assertTrue(causes.contains("before-snapshot was stopped at its limit of CPU time"), causes);
    }

    @Test
    void theHookBeforeTheSnapshotHasALimitOfItsOwn() throws Exception {
        Duration more = Duration.ofSeconds(40);
        TestHost usual = host;
        try (TestHost patient =
                TestHost.start(Limits.defaults().withDeadline(more).withCpuTimeMax(more))) {
            host = patient;
            deploy("own-limit", ",'config':{'before':'spin'}");
            String causes =
                    host.awaitWarmup("own-limit", "refused").path("causes").toString();
            assertTrue(causes.contains("before-snapshot was stopped at its deadline"), causes);
            assertTrue(causes.contains("before-snapshot-s-max=10"), causes);
        } finally {
            host = usual;
        }
    }
}
